using System.Buffers.Binary;
using System.Text;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>
/// The envelope of every control frame: <c>u32 type, u32 request id, i32 status, payload</c>, little-endian. A request id
/// of 0 marks a one-way message; the top bit of the type marks a reply. This header never changes between versions, so
/// that two versions can still tell each other why they do not talk.
/// </summary>
internal static class ControlFrame
{
    /// <summary>Bytes before the payload.</summary>
    internal const int HeaderSize = 12;

    /// <summary>The longest payload in bytes.</summary>
    internal const int MaximumPayload = UnixChannel.MaximumFrame - HeaderSize;

    /// <summary>Marks a reply to a request of the type in the other bits.</summary>
    internal const uint ReplyBit = 0x8000_0000;

    // An error text travels beside nothing else; what is longer than this helps nobody.
    private const int MaximumTextBytes = 4096;

    /// <summary>Writes the header.</summary>
    internal static void WriteHeader(Span<byte> frame, uint type, uint requestId, int status)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame, type);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], requestId);
        BinaryPrimitives.WriteInt32LittleEndian(frame[8..], status);
    }

    /// <summary>Reads the header of a frame from an untrusted peer.</summary>
    /// <returns>False when the frame is too short to have one.</returns>
    internal static bool TryReadHeader(ReadOnlySpan<byte> frame, out uint type, out uint requestId, out int status)
    {
        type = 0;
        requestId = 0;
        status = 0;
        if (frame.Length < HeaderSize)
        {
            return false;
        }

        type = BinaryPrimitives.ReadUInt32LittleEndian(frame);
        requestId = BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]);
        status = BinaryPrimitives.ReadInt32LittleEndian(frame[8..]);
        return true;
    }

    /// <summary>Builds a whole frame that carries a status and its explanation.</summary>
    internal static byte[] WithText(uint type, uint requestId, UrmaStatus status, string text)
    {
        byte[] frame = new byte[HeaderSize + MaximumTextBytes];
        WriteHeader(frame, type, requestId, (int)status);
        return frame[..(HeaderSize + WriteText(frame.AsSpan(HeaderSize), text))];
    }

    /// <summary>Writes as much of a text as fits, whole characters only.</summary>
    /// <returns>The bytes written.</returns>
    internal static int WriteText(Span<byte> destination, string text)
    {
        Span<byte> room = destination[..Math.Min(destination.Length, MaximumTextBytes)];
        Encoding.UTF8.GetEncoder().Convert(text, room, flush: true, out _, out int written, out _);
        return written;
    }

    /// <summary>Reads a text from an untrusted peer: bounded, and without control characters that could forge log lines.</summary>
    internal static string ReadText(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, MaximumTextBytes)]);
        return string.Create(text.Length, text, static (output, input) =>
        {
            for (int i = 0; i < output.Length; i++)
            {
                output[i] = char.IsControl(input[i]) ? ' ' : input[i];
            }
        });
    }

    /// <summary>A status from an untrusted peer: an unknown number, or a claim of success in a failure, is a plain failure.</summary>
    internal static UrmaStatus ReadFailure(int status) =>
        Enum.IsDefined((UrmaStatus)status) && status != (int)UrmaStatus.Success ? (UrmaStatus)status : UrmaStatus.Failed;
}
