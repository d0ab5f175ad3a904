using System.Buffers.Binary;

namespace Urma.Net.Messaging;

/// <summary>The head of a control message: 16 bytes, little-endian, then text or a descriptor where the kind has one.</summary>
internal readonly struct ChannelMessage
{
    public const int Size = 16;
    public const int MaxTail = 256;

    public ChannelMessage(ChannelMessageKind kind, long value, uint buffers = 0, ushort number = 0)
    {
        Kind = kind;
        Value = value;
        Buffers = buffers;
        Number = number;
    }

    public ChannelMessageKind Kind { get; }

    /// <summary>Which question for a large buffer it asks, or refuses.</summary>
    public ushort Number { get; }

    /// <summary>The number or a bit mask of large buffers.</summary>
    public uint Buffers { get; }

    /// <summary>A count of credits, or a length.</summary>
    public long Value { get; }

    public static ChannelMessage Read(ReadOnlySpan<byte> source) => new(
        (ChannelMessageKind)source[0],
        BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
        BinaryPrimitives.ReadUInt16LittleEndian(source[2..]));

    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)Kind);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], Number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], Buffers);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], Value);
    }
}
