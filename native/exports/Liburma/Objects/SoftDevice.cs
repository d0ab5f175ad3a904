using System.Runtime.CompilerServices;
using System.Text;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Loopback.Control;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>A device <c>urma0</c>, <c>urma1</c>, …: another EID on one fabric, so that all of them reach each other.</summary>
internal sealed unsafe class SoftDevice
{
    private readonly Settings _settings;

    public SoftDevice(Settings settings, int number)
    {
        _settings = settings;
        LoopbackFabric fabric = LoopbackFabric.Parse(settings.Fabric);
        string name = $"urma{number}";
        Eid = fabric.EidOf((byte)number);
        Engine = new UrmaDevice(UrmaProvider.Loopback, fabric.Name, Eid);

        // Lives as long as the process: programs keep pointers to devices past urma_uninit.
        Block = Blocks.Create<urma_device_t>(this, BlockKind.Device);
        Encoding.UTF8.GetBytes(name, Block->name);
        Encoding.UTF8.GetBytes(Engine.ConnectionString, ((Span<byte>)Block->path)[..^1]);
        Block->type = urma_transport_type_t.URMA_TRANSPORT_UB;
        Block->ops = Library.ProviderOps;
        Name = name;
    }

    public string Name { get; }

    public Eid Eid { get; }

    public UrmaDevice Engine { get; }

    public urma_device_t* Block { get; }

    /// <summary>Writes the capabilities down: what the engine really takes, cut to what the settings say.</summary>
    public void Describe(urma_device_attr_t* target)
    {
        *target = default;
        Eid.WriteTo(new Span<byte>(&target->guid, URMA_GUID_SIZE));
        target->port_cnt = 1;
        target->port_attr[0] = new urma_port_attr_t
        {
            max_mtu = urma_mtu_t.URMA_MTU_4096,
            active_mtu = urma_mtu_t.URMA_MTU_4096,
            state = urma_port_state_t.URMA_PORT_ACTIVE,
            active_width = urma_link_width_t.URMA_LINK_X4,
            active_speed = urma_speed_t.URMA_SP_400G,
        };
        Describe(ref target->dev_cap);
    }

    private void Describe(ref urma_device_cap_t cap)
    {
        cap.feature.bs.jfc_inline = 1;
        cap.feature.bs.load_store_op = 1;
        cap.feature.bs.non_pin = 1;
        cap.feature.bs.jetty_grp = 1;
        cap.feature.bs.muti_seg_per_token_id = 1;
        cap.feature.bs.ctp_en = 1;
        cap.max_jfc = cap.max_jfs = cap.max_jfr = cap.max_jetty = Settings.MaxQueues;
        cap.max_jetty_grp = Settings.MaxQueues;
        cap.max_jetty_in_jetty_grp = URMA_MAX_JETTY_IN_JETTY_GRP;
        cap.max_jfc_depth = _settings.MaxJfcDepth;
        cap.max_jfs_depth = _settings.MaxJfsDepth;
        cap.max_jfr_depth = _settings.MaxJfrDepth;
        cap.max_jfs_inline_len = _settings.MaxInline;
        cap.max_jfs_sge = _settings.MaxSge;
        cap.max_jfs_rsge = 1;
        cap.max_jfr_sge = _settings.MaxReceiveSge;
        cap.max_msg_size = _settings.MaxMessage;
        cap.max_read_size = cap.max_write_size = _settings.MaxMessage;
        cap.max_cas_size = cap.max_swap_size = cap.max_fetch_and_add_size = cap.max_fetch_and_sub_size = sizeof(ulong);
        cap.max_fetch_and_and_size = cap.max_fetch_and_or_size = cap.max_fetch_and_xor_size = sizeof(ulong);
        cap.atomic_feat.value = _settings.Atomics;
        cap.trans_mode = (ushort)(urma_transport_mode_t.URMA_TM_RM | urma_transport_mode_t.URMA_TM_RC | urma_transport_mode_t.URMA_TM_UM);
        cap.congestion_ctrl_alg = (ushort)urma_congestion_ctrl_alg_t.URMA_CC_NONE;
        cap.ceq_cnt = 1;
        cap.max_tp_in_tpg = 1;
        cap.max_eid_cnt = 1;
        cap.page_size_cap = (ulong)Environment.SystemPageSize;
        cap.rm_order_cap.value = OrderBits(urma_order_type_t.URMA_OI);
        cap.rc_order_cap.value = OrderBits(urma_order_type_t.URMA_OT) | OrderBits(urma_order_type_t.URMA_OL) | OrderBits(urma_order_type_t.URMA_NO);
        cap.rm_tp_cap.value = cap.rc_tp_cap.value = 3;
        cap.um_tp_cap.bs.utp = 1;
        for (int i = 0; i < URMA_MAX_PRIORITY_CNT; i++)
        {
            cap.priority_info[i].SL = (uint)i;
            cap.priority_info[i].tp_type.value = 7;
        }
    }

    // Bit 0 is that of the first order type after the default.
    private static uint OrderBits(urma_order_type_t order) => 1u << ((int)order - 1);
}
