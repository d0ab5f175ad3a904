using System.Buffers;
using System.Text;

namespace Urma.Net.Verbs.Control;

/// <summary>Makes frames.</summary>
internal static class ControlFrames
{
    // A message for people, not a channel for data.
    private const int LongestMessage = 1024;

    /// <summary>A frame without payload.</summary>
    public static byte[] Header(ControlMessage message, FrameKind kind, uint id)
    {
        byte[] frame = new byte[FrameHeader.Size];
        new FrameHeader(0, message, kind, id, UrmaStatus.Success).Write(frame);
        return frame;
    }

    /// <summary>A frame with a record.</summary>
    public static byte[] Of<TRecord>(ControlMessage message, FrameKind kind, uint id, in TRecord record)
        where TRecord : struct, IControlRecord<TRecord>
    {
        byte[] room = ArrayPool<byte>.Shared.Rent(FrameHeader.Size + FrameHeader.MaximumPayload);
        try
        {
            var writer = new RecordWriter(room.AsSpan(FrameHeader.Size));
            record.Write(ref writer);
            new FrameHeader(writer.Length, message, kind, id, UrmaStatus.Success).Write(room);
            return room[..(FrameHeader.Size + writer.Length)];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    /// <summary>A frame with words for people, cut where they are too many.</summary>
    public static byte[] OfText(ControlMessage message, FrameKind kind, uint id, UrmaStatus status, string text)
    {
        byte[] room = new byte[FrameHeader.Size + LongestMessage];
        Encoding.UTF8.GetEncoder().Convert(text, room.AsSpan(FrameHeader.Size), flush: true, out _, out int length, out _);
        new FrameHeader(length, message, kind, id, status).Write(room);
        return room[..(FrameHeader.Size + length)];
    }
}
