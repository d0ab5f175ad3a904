using System.Buffers.Binary;

namespace Urma.Net.Verbs.Control;

/// <summary>What comes before each payload on a connection.</summary>
/// <param name="Length">Bytes of payload.</param>
/// <param name="Message">What it is about; an answer has its request's.</param>
/// <param name="Kind">How to take it.</param>
/// <param name="Id">The request's number; 0 for notices.</param>
/// <param name="Status">An answer's outcome; the payload of a failure is a message for people in UTF-8.</param>
internal readonly record struct FrameHeader(int Length, ControlMessage Message, FrameKind Kind, uint Id, UrmaStatus Status)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 16;

    /// <summary>The most bytes of a payload.</summary>
    public const int MaximumPayload = 34 * 1024;

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, Length);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], (ushort)Message);
        destination[6] = (byte)Kind;
        destination[7] = 0;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Id);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], (uint)Status);
    }

    /// <summary>Reads and checks <see cref="Size"/> bytes.</summary>
    /// <returns>Whether they are a header.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out FrameHeader header)
    {
        header = new FrameHeader(
            BinaryPrimitives.ReadInt32LittleEndian(source),
            (ControlMessage)BinaryPrimitives.ReadUInt16LittleEndian(source[4..]),
            (FrameKind)source[6],
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            (UrmaStatus)BinaryPrimitives.ReadUInt32LittleEndian(source[12..]));
        return header.Length is >= 0 and <= MaximumPayload
            && header.Kind <= FrameKind.Notice
            && source[7] == 0
            && (header.Kind == FrameKind.Answer || header.Status == UrmaStatus.Success)
            && (header.Kind != FrameKind.Notice || header.Id == 0);
    }
}
