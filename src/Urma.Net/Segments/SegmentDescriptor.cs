using System.Buffers.Binary;

namespace Urma.Net;

/// <summary>
/// What a peer needs to import a segment, less the token: a value that serialises to <see cref="Size"/> bytes and travels
/// any way you like. The fields are those of <c>urma_seg_t</c>.
/// </summary>
/// <param name="Eid">The owner's device.</param>
/// <param name="Uasid">The owner's engine (24 bits).</param>
/// <param name="VirtualAddress">Where the segment begins in the owner's address space.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Access">What importers may do.</param>
/// <param name="TokenId">The segment's number within the owner.</param>
/// <param name="Generation">Tells reuses of the number apart.</param>
public readonly record struct SegmentDescriptor(
    Eid Eid, uint Uasid, ulong VirtualAddress, long Length, SegmentAccess Access, uint TokenId, uint Generation)
{
    private const uint Magic = 0x5344_5255; // "URDS"
    private const ushort Version = 1;

    /// <summary>Serialised size in bytes.</summary>
    public static int Size => 64;

    /// <summary>Serialises; little-endian, versioned.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void WriteTo(Span<byte> destination)
    {
        destination[..Size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Version);
        Eid.WriteTo(destination[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[24..], Uasid);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[28..], (uint)Access);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], VirtualAddress);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[48..], TokenId);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[52..], Generation);
    }

    /// <summary>Serialises into a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        WriteTo(bytes);
        return bytes;
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    /// <param name="source">At least <see cref="Size"/> bytes.</param>
    /// <exception cref="UrmaException">The bytes are not a segment descriptor of this version.</exception>
    public static SegmentDescriptor Read(ReadOnlySpan<byte> source)
    {
        Internal.DescriptorFormat.Check(source, Size, Magic, Version, "segment");
        long length = BinaryPrimitives.ReadInt64LittleEndian(source[40..]);
        if (length < 0)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"The segment descriptor claims a length of {length} bytes: it is damaged. Exchange it again.");
        }

        return new SegmentDescriptor(
            new Eid(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
            length,
            (SegmentAccess)BinaryPrimitives.ReadUInt32LittleEndian(source[28..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[48..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[52..]));
    }
}
