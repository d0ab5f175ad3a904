using System.Net;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>An address of a port (a line of its GID table).</summary>
internal sealed class GidFacts
{
    private readonly byte[] _gid;

    public GidFacts(byte index, ibv_gid_type type, ReadOnlySpan<byte> gid)
    {
        Index = index;
        Type = type;
        _gid = gid.ToArray();
    }

    /// <summary>Its line in the table.</summary>
    public byte Index { get; }

    public ibv_gid_type Type { get; }

    /// <summary>Its sixteen bytes, in network order.</summary>
    public ReadOnlySpan<byte> Gid => _gid;

    /// <summary>The IP address that a RoCE GID is; a link-local one where the device has made it of its hardware address.</summary>
    public IPAddress Address => new(_gid);

    /// <summary>Where a control plane listens unless it is told: the IP address that a RoCE GID is, else the loopback address.</summary>
    public static IPAddress ControlAddressOf(GidFacts? gid) =>
        gid is { Type: not ibv_gid_type.IBV_GID_TYPE_IB } && !gid.Address.IsIPv6LinkLocal
            ? gid.Address.IsIPv4MappedToIPv6 ? gid.Address.MapToIPv4() : gid.Address
            : IPAddress.Loopback;
}
