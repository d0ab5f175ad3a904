using System.Net;

namespace Urma.Net.Verbs;

/// <summary>What only RDMA devices can be told when they are opened.</summary>
public sealed record VerbsContextOptions
{
    /// <summary>The first active port, its best GID, the values most programs use.</summary>
    public static VerbsContextOptions Default { get; } = new();

    /// <summary>The port, from 1; the first that is active when null.</summary>
    public byte? Port { get; init; }

    /// <summary>
    /// The line of the port's GID table that packets come from; when null RoCE v2 over IPv4 where there is one, else RoCE v2, else the first.
    /// <c>show_gids</c> or <c>ibv_devinfo -v</c> list them.
    /// </summary>
    public byte? GidIndex { get; init; }

    /// <summary>Bytes in a packet: 256, 512, 1024, 2048 or 4096; the port's active MTU when null. The smaller of both ends' counts.</summary>
    public int? Mtu { get; init; }

    /// <summary>How long a packet waits for its acknowledgement: 4.096 µs · 2ⁿ, n from 0 (for ever) to 31 (<c>ibv_qp_attr.timeout</c>).</summary>
    public int AckTimeout { get; init; } = 14;

    /// <summary>
    /// How often a packet is sent again before the peer counts as gone, 0 to 7 (<c>ibv_qp_attr.retry_cnt</c>). The kernel's soft-RoCE takes 7 for ever:
    /// there only the silence of the control plane ends what a dead link holds up (<see cref="SilenceBound"/>).
    /// </summary>
    public int RetryCount { get; init; } = 7;

    /// <summary>Service level, 0 to 15 (<c>ibv_ah_attr.sl</c>).</summary>
    public int ServiceLevel { get; init; }

    /// <summary>Traffic class of the packets (<c>ibv_global_route.traffic_class</c>), which carries DSCP on RoCE v2.</summary>
    public byte TrafficClass { get; init; }

    /// <summary>How many routers a packet may pass.</summary>
    public byte HopLimit { get; init; } = 64;

    /// <summary>The partition: index into the port's table of keys.</summary>
    public ushort PartitionKeyIndex { get; init; }

    /// <summary>
    /// The address at which peers reach this context to import and connect, which is also its EID; when null the IP address that the GID is,
    /// or, where it is none, the loopback address.
    /// </summary>
    public IPAddress? ControlAddress { get; init; }

    /// <summary>
    /// Where names are published and looked up (<see cref="UrmaContext.Publish"/>): one process of the group listens there, whoever is first.
    /// When null the one that the environment names (<c>URMA_RENDEZVOUS</c>, else <c>MASTER_ADDR</c> and <c>MASTER_PORT</c>), else one on this host.
    /// </summary>
    public IPEndPoint? Rendezvous { get; init; }

    /// <summary>After how long without a sign of life a peer counts as gone.</summary>
    public TimeSpan SilenceBound { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)AckTimeout, 31u, nameof(AckTimeout));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)RetryCount, 7u, nameof(RetryCount));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)ServiceLevel, 15u, nameof(ServiceLevel));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SilenceBound, TimeSpan.Zero, nameof(SilenceBound));
        if (Mtu is not (null or 256 or 512 or 1024 or 2048 or 4096))
        {
            throw new ArgumentOutOfRangeException(nameof(Mtu), Mtu, "An MTU of verbs is 256, 512, 1024, 2048 or 4096 bytes (enum ibv_mtu).");
        }
    }
}
