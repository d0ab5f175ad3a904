using System.Buffers.Binary;
using System.Text;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>How an engine introduces itself.</summary>
/// <param name="Eid">The fabric's EID.</param>
/// <param name="Uasid">The engine's address-space id.</param>
/// <param name="ProcessId">Its process, as it sees itself; only for display (the kernel's word counts).</param>
/// <param name="Incarnation">A random number per engine: a UASID used again is another engine.</param>
/// <param name="Label">A name for people.</param>
internal readonly record struct Hello(Eid Eid, uint Uasid, int ProcessId, ulong Incarnation, string Label)
{
    /// <summary>The version of everything two engines share: frames, handshake and the layout of shared memory.</summary>
    internal const uint Version = 1;

    /// <summary>The longest label in UTF-8 bytes.</summary>
    internal const int MaximumLabelBytes = 63;

    /// <summary>The longest UASID: 24 bits.</summary>
    internal const uint MaximumUasid = (1 << 24) - 1;

    /// <summary>The longest payload.</summary>
    internal const int MaximumSize = FixedSize + MaximumLabelBytes;

    // "URMALOOP" read as a little-endian number.
    private const ulong Magic = 0x504F_4F4C_414D_5255;
    private const int PreambleSize = 12;
    private const int FixedSize = PreambleSize + 4 + 4 + 8 + 16 + 1;

    /// <summary>Writes the payload.</summary>
    /// <returns>Its length.</returns>
    internal int Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], ProcessId);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[16..], Uasid);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[20..], Incarnation);
        Eid.WriteTo(destination[28..]);
        int label = Encoding.UTF8.GetBytes(Label, destination[FixedSize..]);
        destination[FixedSize - 1] = (byte)label;
        return FixedSize + label;
    }

    /// <summary>Reads what an untrusted peer sent; bytes after it are left alone.</summary>
    /// <exception cref="UrmaException">It is not a hello, or one of another version; the message says which.</exception>
    internal static Hello Parse(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < PreambleSize || BinaryPrimitives.ReadUInt64LittleEndian(payload) != Magic)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, "it did not introduce itself as a loopback engine");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]);
        if (version != Version)
        {
            throw new UrmaException(
                UrmaStatus.OperationNotPermitted,
                $"it speaks version {version} of the loopback protocol, process {Environment.ProcessId} version {Version}: use "
                    + "the same version of Urma.Net in both");
        }

        if (payload.Length < FixedSize || payload.Length < FixedSize + payload[FixedSize - 1])
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, "its introduction is cut short");
        }

        uint uasid = BinaryPrimitives.ReadUInt32LittleEndian(payload[16..]);
        int label = payload[FixedSize - 1];
        if (uasid is 0 or > MaximumUasid || label > MaximumLabelBytes)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, "its introduction is not well formed");
        }

        return new Hello(
            new Eid(payload[28..]),
            uasid,
            BinaryPrimitives.ReadInt32LittleEndian(payload[12..]),
            BinaryPrimitives.ReadUInt64LittleEndian(payload[20..]),
            ControlFrame.ReadText(payload.Slice(FixedSize, label)));
    }
}
