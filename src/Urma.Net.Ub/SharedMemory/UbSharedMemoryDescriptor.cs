using System.Buffers.Binary;
using Urma.Net.Internal;

namespace Urma.Net.Ub;

/// <summary>
/// What another host needs to import memory: a value that serialises to <see cref="Size"/> bytes and travels any way you like. Its fields
/// are those of <c>struct obmm_mem_desc</c>.
/// </summary>
/// <remarks>
/// On UB hardware an import needs the physical address at which the importing host's address decoder shows the memory, and that
/// host's controller: replace <paramref name="Address"/>, <paramref name="ImporterEid"/> and <paramref name="ImporterCna"/> with what set
/// up the decoder (<c>descriptor with { Address = … }</c>). The software libobmm takes the exporter's descriptor as it is. Whoever has
/// the descriptor has the memory: send it as you would send a password.
/// </remarks>
/// <param name="Address">Exporter: the address on the bus (UBA). Importer: the local physical address. A multiple of 2 MiB.</param>
/// <param name="Length">Bytes, a multiple of 2 MiB.</param>
/// <param name="TokenId">The token under which the bus lets others in; checked by the address decoder, by the software libobmm on import.</param>
/// <param name="ExporterEid">The controller of the host that gives the memory (<c>deid</c>).</param>
/// <param name="ImporterEid">The controller of the host that imports it (<c>seid</c>).</param>
/// <param name="ExporterCna">The network address of the giving controller (<c>dcna</c>).</param>
/// <param name="ImporterCna">The network address of the importing controller (<c>scna</c>).</param>
public readonly record struct UbSharedMemoryDescriptor(
    ulong Address, long Length, uint TokenId, Eid ExporterEid = default, Eid ImporterEid = default, uint ExporterCna = 0, uint ImporterCna = 0)
{
    private const uint Magic = 0x444D_4255; // "UBMD"
    private const ushort Version = 1;

    /// <summary>Serialised size in bytes.</summary>
    public static int Size => 72;

    /// <summary>Serialises; little-endian, versioned.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void WriteTo(Span<byte> destination)
    {
        destination[..Size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Address);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Length);
        ExporterEid.WriteTo(destination[24..]);
        ImporterEid.WriteTo(destination[40..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[56..], TokenId);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[60..], ExporterCna);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[64..], ImporterCna);
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
    /// <exception cref="UrmaException">The bytes are not a descriptor of this version, or not one of memory that can exist.</exception>
    public static UbSharedMemoryDescriptor Read(ReadOnlySpan<byte> source)
    {
        DescriptorFormat.Check(source, Size, Magic, Version, "shared memory");
        var descriptor = new UbSharedMemoryDescriptor(
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[56..]),
            new Eid(source[24..]),
            new Eid(source[40..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[60..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[64..]));
        descriptor.Check();
        return descriptor;
    }

    /// <exception cref="UrmaException">No memory can be described like this.</exception>
    internal void Check()
    {
        const long Granule = UbSharedMemory.Granule;
        if (Length <= 0 || Length % Granule != 0 || Address == 0 || Address % Granule != 0 || Address > ulong.MaxValue - (ulong)Length)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"The shared memory descriptor claims {Length} bytes at 0x{Address:x}, not multiples of {Granule}: it is damaged. Exchange it again.");
        }
    }
}
