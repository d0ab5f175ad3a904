using System.Buffers.Binary;

namespace Urma.Net.Verbs.Control;

/// <summary>Reads fields one after another from untrusted bytes. It never throws: whoever is done asks <see cref="IsWhole"/>.</summary>
internal ref struct RecordReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;
    private bool _failed;

    /// <summary>Whether every field was there and valid, and nothing is left over.</summary>
    public readonly bool IsWhole => !_failed && _rest.IsEmpty;

    public byte Byte()
    {
        ReadOnlySpan<byte> field = Take(1);
        return field.IsEmpty ? (byte)0 : field[0];
    }

    public ushort UInt16()
    {
        ReadOnlySpan<byte> field = Take(2);
        return field.IsEmpty ? (ushort)0 : BinaryPrimitives.ReadUInt16LittleEndian(field);
    }

    public uint UInt32()
    {
        ReadOnlySpan<byte> field = Take(4);
        return field.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(field);
    }

    public ulong UInt64()
    {
        ReadOnlySpan<byte> field = Take(8);
        return field.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(field);
    }

    /// <summary>16 bytes in network order.</summary>
    public Eid Eid()
    {
        ReadOnlySpan<byte> field = Take(16);
        return field.IsEmpty ? default : new Eid(field);
    }

    /// <summary>A length in 4 bytes, then the bytes.</summary>
    /// <param name="longest">More is an error.</param>
    public ReadOnlySpan<byte> Bytes(int longest)
    {
        uint length = UInt32();
        Require(length <= (uint)longest);
        return _failed ? [] : Take((int)length);
    }

    /// <summary>Notes an error where a field does not hold what it must.</summary>
    public void Require(bool holds) => _failed |= !holds;

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_failed || _rest.Length < count)
        {
            _failed = true;
            return [];
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
