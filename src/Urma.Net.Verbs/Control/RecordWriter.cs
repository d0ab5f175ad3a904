using System.Buffers.Binary;

namespace Urma.Net.Verbs.Control;

/// <summary>Writes fields one after another. Too little room throws: every caller knows how much it writes at most.</summary>
internal ref struct RecordWriter(Span<byte> room)
{
    private readonly Span<byte> _room = room;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public void Byte(byte value) => Take(1)[0] = value;

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    /// <summary>16 bytes in network order.</summary>
    public void Eid(Eid value) => value.WriteTo(Take(16));

    /// <summary>A length in 4 bytes, then the bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        value.CopyTo(Take(value.Length));
    }

    private Span<byte> Take(int count)
    {
        Span<byte> taken = _room.Slice(Length, count);
        Length += count;
        return taken;
    }
}
