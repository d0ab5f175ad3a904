using System.Buffers.Binary;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>The global route headers that stand before the payload of datagrams, in registered memory. Used by the posting thread.</summary>
internal sealed unsafe class DatagramHeaders : IDisposable
{
    /// <summary>What a receiver finds before the payload.</summary>
    public const int Size = 40;

    private const int Spacing = 64;
    private const uint Version6 = 6u << 28;
    private const byte NextHeader = 0x1b;
    private const byte HopLimit = 64;

    private readonly Segment _segment;
    private readonly ibv_gid _source;
    private readonly uint _mask;

    /// <param name="context">The context.</param>
    /// <param name="depth">Requests that can be under way: a power of two.</param>
    public DatagramHeaders(RoubContext context, uint depth)
    {
        _mask = depth - 1;
        _source = context.Device.Gid;
        _segment = context.Engine.AllocateSegment(depth * (long)Spacing, new SegmentOptions { Access = SegmentAccess.LocalOnly });
    }

    /// <summary>Which comes next: set it back where a request was not posted.</summary>
    public uint Mark { get; set; }

    /// <summary>Writes the header of the next request.</summary>
    public SegmentRange Write(RoubAh address, int length)
    {
        SegmentRange range = _segment.Range((Mark++ & _mask) * Spacing, Size);
        byte* header = (byte*)range.Address;
        ibv_gid source = _source;
        ibv_gid target = address.Gid;
        BinaryPrimitives.WriteUInt32BigEndian(new Span<byte>(header, 4), Version6);
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(header + 4, 2), (ushort)length);
        header[6] = NextHeader;
        header[7] = HopLimit;
        *(ibv_gid*)(header + 8) = source;
        *(ibv_gid*)(header + 24) = target;
        return range;
    }

    public void Dispose() => _segment.Dispose();
}
