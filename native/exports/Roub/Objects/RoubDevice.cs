using System.Text;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>A device <c>urma0</c>, <c>urma1</c>, …: another EID on one fabric, so that all of them reach each other.</summary>
internal sealed unsafe class RoubDevice
{
    /// <summary>Devices have one port.</summary>
    public const byte Port = 1;

    /// <summary>Most QPs of a context: what a QP number has room for.</summary>
    public const int MaxQueuePairs = (int)QueueNumber.MaxIndex;

    public const int MaxWorkRequests = 1 << 15;
    public const int MaxCompletions = 1 << 22;
    public const int MaxRegions = 1 << 16;
    public const uint MaxMessage = 1u << 31;

    private const ushort Version = 1;
    private const ushort FullMembership = 0xffff;
    private const ulong LinkLocal = 0xfe80UL << 48;

    public RoubDevice(int number)
    {
        Number = number;
        Eid = Library.Fabric.EidOf((byte)number);
        Engine = new UrmaDevice(UrmaProvider.Loopback, Library.Fabric.Name, Eid);
        Block = Blocks.Create<ibv_device>(this, BlockKind.Device);
        Block->_ops._dummy1 = (delegate* unmanaged<ibv_device*, int, ibv_context*>)Library.DeviceMarker;
        Block->node_type = ibv_node_type.IBV_NODE_CA;
        Block->transport_type = ibv_transport_type.IBV_TRANSPORT_IB;
        Encoding.UTF8.GetBytes($"urma{number}", Block->name);
        Encoding.UTF8.GetBytes($"uverbs-urma{number}", Block->dev_name);
    }

    public int Number { get; }

    public Eid Eid { get; }

    public UrmaDevice Engine { get; }

    public ibv_device* Block { get; }

    public ushort Lid => (ushort)(Library.FirstLid + Number);

    /// <summary>In the order of bytes of the wire, as programs expect it.</summary>
    public ulong Guid => Gid.global.interface_id;

    public ibv_gid Gid => GidOf(Eid);

    /// <summary>Most elements of a send's list.</summary>
    public static int MaxSendSge => Settings.IsStrict ? 8 : 32;

    /// <summary>Most elements of a receive's list.</summary>
    public static int MaxReceiveSge => Settings.IsStrict ? 1 : 8;

    /// <summary>Most bytes that are read while posting.</summary>
    public static uint MaxInline => 1024;

    /// <summary>The default GID of a port: the link-local prefix, and what tells the fabric's devices from others'.</summary>
    public static ibv_gid GidOf(Eid eid)
    {
        ibv_gid gid;
        new Eid(LinkLocal, eid.Low).WriteTo(new Span<byte>(&gid, sizeof(ibv_gid)));
        return gid;
    }

    /// <summary>The EID behind a GID, if it is one of the fabric's.</summary>
    public static bool TryFindEid(in ibv_gid gid, out Eid eid)
    {
        fixed (ibv_gid* bytes = &gid)
        {
            var given = new Eid(new ReadOnlySpan<byte>(bytes, sizeof(ibv_gid)));
            eid = new Eid(Library.Fabric.Eid.High, given.Low);
            return given.High == LinkLocal && Library.Fabric.Contains(eid);
        }
    }

    /// <summary>The GID table has one entry, the partition table one, too.</summary>
    public static bool IsEntry(uint port, long index) => port == Port && index == 0;

    public static ushort PartitionKey => FullMembership;

    public void Describe(ibv_device_attr* target)
    {
        *target = default;
        "urma-net"u8.CopyTo(target->fw_ver);
        target->node_guid = target->sys_image_guid = Guid;
        target->max_mr_size = 1UL << 47;
        target->page_size_cap = (ulong)Environment.SystemPageSize;
        target->hw_ver = Version;
        target->max_qp = Settings.IsStrict ? MaxQueuePairs / 2 : MaxQueuePairs;
        target->max_qp_wr = MaxWorkRequests;
        target->device_cap_flags = (uint)(ibv_device_cap_flags.IBV_DEVICE_RC_RNR_NAK_GEN | ibv_device_cap_flags.IBV_DEVICE_SRQ_RESIZE
            | ibv_device_cap_flags.IBV_DEVICE_SYS_IMAGE_GUID);

        // One number for both directions: what a receive can have.
        target->max_sge = Settings.IsStrict ? MaxSendSge : MaxReceiveSge;
        target->max_sge_rd = target->max_sge;
        target->max_cq = 1 << 16;
        target->max_cqe = MaxCompletions;
        target->max_mr = MaxRegions;
        target->max_pd = 1 << 16;
        target->max_qp_rd_atom = target->max_qp_init_rd_atom = 128;
        target->max_res_rd_atom = 1 << 16;
        target->atomic_cap = Settings.IsStrict ? ibv_atomic_cap.IBV_ATOMIC_NONE : ibv_atomic_cap.IBV_ATOMIC_GLOB;
        target->max_ah = 1 << 16;
        target->max_srq = MaxQueuePairs;
        target->max_srq_wr = MaxWorkRequests;
        target->max_srq_sge = MaxReceiveSge;
        target->max_pkeys = 1;
        target->phys_port_cnt = Port;
    }

    public void Describe(ibv_device_attr_ex* target, nuint size)
    {
        ibv_device_attr_ex all = default;
        Describe(&all.orig_attr);
        all.phys_port_cnt_ex = Port;
        all.device_cap_flags_ex = all.orig_attr.device_cap_flags;
        new Span<byte>(target, (int)size).Clear();
        Buffer.MemoryCopy(&all, target, size, Math.Min((nuint)sizeof(ibv_device_attr_ex), size));
    }

    /// <summary>Fills a port's description, as much of it as the caller knows.</summary>
    public void DescribePort(ibv_port_attr* target, nuint size)
    {
        var all = new ibv_port_attr
        {
            state = ibv_port_state.IBV_PORT_ACTIVE,
            max_mtu = ibv_mtu.IBV_MTU_4096,
            active_mtu = ibv_mtu.IBV_MTU_4096,
            gid_tbl_len = 1,
            port_cap_flags = (uint)ibv_port_cap_flags.IBV_PORT_CM_SUP,
            max_msg_sz = MaxMessage,
            pkey_tbl_len = 1,
            lid = Lid,
            sm_lid = Library.FirstLid,
            max_vl_num = 1,
            active_width = 2,
            active_speed = 64,
            phys_state = 5,
            link_layer = 1,
        };
        new Span<byte>(target, (int)size).Clear();
        Buffer.MemoryCopy(&all, target, size, Math.Min((nuint)sizeof(ibv_port_attr), size));
    }
}
