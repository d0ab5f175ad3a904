using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>A port of a device and its addresses.</summary>
internal sealed unsafe class PortFacts
{
    private const byte EthernetLink = 2;
    private const int MostGids = 256;

    private PortFacts(byte number, in ibv_port_attr attributes, IReadOnlyList<GidFacts> gids)
    {
        Number = number;
        IsActive = attributes.state == ibv_port_state.IBV_PORT_ACTIVE;
        IsEthernet = attributes.link_layer == EthernetLink;
        Lid = attributes.lid;
        ActiveMtu = attributes.active_mtu;
        MaxMessageLength = attributes.max_msg_sz;
        Gids = gids;
    }

    /// <summary>From 1.</summary>
    public byte Number { get; }

    public bool IsActive { get; }

    /// <summary>Whether peers are found by GID alone (RoCE), not by LID.</summary>
    public bool IsEthernet { get; }

    public ushort Lid { get; }

    public ibv_mtu ActiveMtu { get; }

    public uint MaxMessageLength { get; }

    public IReadOnlyList<GidFacts> Gids { get; }

    /// <summary>Asks a port; null where it does not answer.</summary>
    public static PortFacts? Read(ibv_context* context, byte number)
    {
        // The function writes what its oldest callers have room for, which is all but what no caller here asks.
        var attributes = default(ibv_port_attr);
        return Libibverbs.ibv_query_port(context, number, (_compat_ibv_port_attr*)&attributes) == 0
            ? new PortFacts(number, in attributes, ReadGids(context, number))
            : null;
    }

    /// <summary>The address that peers find best: RoCE v2 over IPv4 first, then any RoCE v2, then the first.</summary>
    public GidFacts? Preferred() =>
        Gids.FirstOrDefault(static g => g.Type == ibv_gid_type.IBV_GID_TYPE_ROCE_V2 && g.Address is { IsIPv4MappedToIPv6: true })
        ?? Gids.FirstOrDefault(static g => g.Type == ibv_gid_type.IBV_GID_TYPE_ROCE_V2)
        ?? (Gids.Count == 0 ? null : Gids[0]);

    private static List<GidFacts> ReadGids(ibv_context* context, byte port)
    {
        ibv_gid_entry* entries = stackalloc ibv_gid_entry[MostGids];
        nint count = Libibverbs._ibv_query_gid_table(context, entries, MostGids, 0, (nuint)sizeof(ibv_gid_entry));
        var gids = new List<GidFacts>();
        for (nint i = 0; i < count; i++)
        {
            if (entries[i].port_num == port)
            {
                gids.Add(new GidFacts((byte)entries[i].gid_index, (ibv_gid_type)entries[i].gid_type, new ReadOnlySpan<byte>(&entries[i].gid, Eid.Size)));
            }
        }

        return gids;
    }
}
