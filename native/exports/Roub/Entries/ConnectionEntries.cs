using System.Runtime.InteropServices;
using Urma.Net.Interop.Librdmacm;
using Verbs = Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>Ids, and the connections they make. All answer 0, or −1 with errno.</summary>
internal static unsafe class ConnectionEntries
{
    [UnmanagedCallersOnly(EntryPoint = "roub_cm_create_id")]
    public static int CreateId(rdma_event_channel* channel, rdma_cm_id** id, void* context, rdma_port_space ps)
    {
        try
        {
            if (Find.EventChannel(channel) is not { } found)
            {
                return Answer.Negative(Errno.EINVAL);
            }

            *id = new CmId(found, context, ps).Block;
            return 0;
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_destroy_id")]
    public static int DestroyId(rdma_cm_id* id) => On(id, static found => found.Destroy());

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_migrate_id")]
    public static int MigrateId(rdma_cm_id* id, rdma_event_channel* channel) => On(
        id,
        found => found.Migrate(Find.EventChannel(channel) ?? throw new RefusedException(Errno.EINVAL, "The event channel does not exist (any more).")));

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_bind_addr")]
    public static int BindAddr(rdma_cm_id* id, byte* addr) => On(id, found => found.Bind(CmAddress.Read(addr)));

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_resolve_addr")]
    public static int ResolveAddr(rdma_cm_id* id, byte* src_addr, byte* dst_addr) =>
        On(id, found => found.ResolveAddress(src_addr == null ? default : CmAddress.Read(src_addr), CmAddress.Read(dst_addr)));

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_resolve_route")]
    public static int ResolveRoute(rdma_cm_id* id) => On(id, static found => found.ResolveRoute());

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_listen")]
    public static int Listen(rdma_cm_id* id, int backlog) => On(id, found => found.Listen(backlog));

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_connect")]
    public static int Connect(rdma_cm_id* id, rdma_conn_param* conn_param) => On(id, found => found.Connect(conn_param));

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_accept")]
    public static int Accept(rdma_cm_id* id, rdma_conn_param* conn_param) => On(id, found => found.Accept(conn_param));

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_reject")]
    public static int Reject(rdma_cm_id* id, void* private_data, byte private_data_len) => On(id, found => found.Reject(private_data, private_data_len));

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_establish")]
    public static int Establish(rdma_cm_id* id) => On(id, static found => found.Establish());

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_notify")]
    public static int Notify(rdma_cm_id* id, Verbs.ibv_event_type @event) => On(id, found =>
    {
        // Nothing else can be told of.
        if (@event != Verbs.ibv_event_type.IBV_EVENT_COMM_EST)
        {
            throw new RefusedException(Errno.EINVAL, $"Of event {(int)@event} a connection need not be told.");
        }

        found.Notify();
    });

    /// <param name="id">The id.</param>
    /// <param name="reported">Set to whether an event says that it is disconnected, or will.</param>
    [UnmanagedCallersOnly(EntryPoint = "roub_cm_disconnect")]
    public static int Disconnect(rdma_cm_id* id, int* reported) => On(id, found => *reported = found.Disconnect() ? 1 : 0);

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_init_qp_attr")]
    public static int InitQpAttr(rdma_cm_id* id, Verbs.ibv_qp_attr* qp_attr, int* qp_attr_mask) => On(id, found => found.Describe(qp_attr, qp_attr_mask));

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_set_option")]
    public static int SetOption(rdma_cm_id* id, int level, int optname, void* optval, nuint optlen) => On(id, found =>
    {
        switch ((uint)level, (uint)optname, optlen)
        {
            case (Librdmacm.RDMA_OPTION_ID, Librdmacm.RDMA_OPTION_ID_TOS, sizeof(byte)):
            case (Librdmacm.RDMA_OPTION_ID, Librdmacm.RDMA_OPTION_ID_REUSEADDR, sizeof(int)):
                // There are no classes of service, and a port is free as soon as its holder is gone.
                break;
            case (Librdmacm.RDMA_OPTION_ID, Librdmacm.RDMA_OPTION_ID_AFONLY, sizeof(int)):
                found.SetV6Only(*(int*)optval != 0);
                break;
            case (Librdmacm.RDMA_OPTION_ID, Librdmacm.RDMA_OPTION_ID_ACK_TIMEOUT, sizeof(byte)):
                found.SetAckTimeout((byte)(*(byte*)optval & 31));
                break;
            case (Librdmacm.RDMA_OPTION_ID, <= Librdmacm.RDMA_OPTION_ID_ACK_TIMEOUT, _):
                throw new RefusedException(Errno.EINVAL, $"Option {optname} has no value of {optlen} bytes.");
            default:
                throw new RefusedException(Errno.ENOSYS, $"There is no option {optname} of level {level}.");
        }
    });

    private static int On(rdma_cm_id* id, Action<CmId> action)
    {
        try
        {
            if (Find.ConnectionId(id) is not { } found)
            {
                return Answer.Negative(Errno.EINVAL);
            }

            action(found);
            return 0;
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }
}
