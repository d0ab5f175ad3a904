using System.Buffers.Binary;

namespace Urma.Net;

/// <summary>
/// What a peer needs to import a jetty or JFR, less the token: a value that serialises to <see cref="Size"/> bytes
/// (<c>urma_rjetty_t</c>, <c>urma_rjfr_t</c>).
/// </summary>
/// <param name="Eid">The owner's device.</param>
/// <param name="Uasid">The owner's engine (24 bits).</param>
/// <param name="JettyId">The jetty's number within the owner; 0 for a bare JFR.</param>
/// <param name="JfrId">The number of the JFR that takes its messages.</param>
public readonly record struct JettyDescriptor(Eid Eid, uint Uasid, uint JettyId, uint JfrId)
{
    private const uint Magic = 0x4A44_5255; // "URDJ"
    private const ushort Version = 1;

    /// <summary>Serialised size in bytes.</summary>
    public static int Size => 48;

    /// <summary>Serialises; little-endian, versioned.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void WriteTo(Span<byte> destination)
    {
        destination[..Size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Version);
        Eid.WriteTo(destination[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[24..], Uasid);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[28..], JettyId);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[32..], JfrId);
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
    /// <exception cref="UrmaException">The bytes are not a jetty descriptor of this version.</exception>
    public static JettyDescriptor Read(ReadOnlySpan<byte> source)
    {
        Internal.DescriptorFormat.Check(source, Size, Magic, Version, "jetty");
        return new JettyDescriptor(
            new Eid(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[28..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[32..]));
    }
}
