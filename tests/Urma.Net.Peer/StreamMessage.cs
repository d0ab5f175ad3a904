using System.Buffers.Binary;

namespace Urma.Net.Peer;

/// <summary>The rule by which numbered messages are made and checked. Compiled into both processes.</summary>
internal static class StreamMessage
{
    public const int Longest = 64;
    private const int Head = 16;

    public static int Write(Span<byte> destination, ulong stream, long number)
    {
        int length = LengthOf(number);
        BinaryPrimitives.WriteInt64LittleEndian(destination, number);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Checksum(stream, number));
        destination[Head..length].Fill((byte)number);
        return length;
    }

    public static void Check(ReadOnlySpan<byte> message, ulong stream, long number)
    {
        if (message.Length < Head)
        {
            throw new InvalidDataException($"Message {number} of stream {stream} has only {message.Length} bytes.");
        }

        long found = BinaryPrimitives.ReadInt64LittleEndian(message);
        if (found != number)
        {
            throw new InvalidDataException($"Stream {stream}: message {found} came where {number} was due.");
        }

        if (message.Length != LengthOf(number)
            || BinaryPrimitives.ReadUInt64LittleEndian(message[8..]) != Checksum(stream, number)
            || message[Head..].ContainsAnyExcept((byte)number))
        {
            throw new InvalidDataException($"Stream {stream}: message {number} is damaged.");
        }
    }

    private static int LengthOf(long number) => Head + (int)(number % (Longest - Head + 1));

    private static ulong Checksum(ulong stream, long number)
    {
        ulong x = (stream + 0x9E37_79B9_7F4A_7C15) ^ ((ulong)number * 0xBF58_476D_1CE4_E5B9);
        return (x ^ (x >> 31)) * 0x94D0_49BB_1331_11EB;
    }
}
