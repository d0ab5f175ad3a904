using System.Runtime.CompilerServices;
using Urma.Net.Interop.Libibverbs;
using Cm = Urma.Net.Interop.Librdmacm;

namespace Urma.Net.Exports.Roub;

/// <summary>The objects behind C's structures; null for what is no such structure (any more).</summary>
internal static unsafe class Find
{
    public static RoubDevice? Device(ibv_device* block) => Blocks.Find<RoubDevice, ibv_device>(block, BlockKind.Device);

    public static RoubPd? Pd(ibv_pd* block) => Blocks.Find<RoubPd, ibv_pd>(block, BlockKind.Domain);

    public static RoubMr? Mr(ibv_mr* block) => Blocks.Find<RoubMr, ibv_mr>(block, BlockKind.Region);

    public static RoubChannel? Channel(ibv_comp_channel* block) => Blocks.Find<RoubChannel, ibv_comp_channel>(block, BlockKind.Channel);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RoubCq? Cq(ibv_cq* block) => Blocks.Find<RoubCq, CqBlock>((CqBlock*)block, BlockKind.CompletionQueue);

    public static RoubSrq? Srq(ibv_srq* block) => Blocks.Find<RoubSrq, ibv_srq>(block, BlockKind.SharedReceiveQueue);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RoubQp? Qp(ibv_qp* block) => Blocks.Find<RoubQp, QpBlock>((QpBlock*)block, BlockKind.QueuePair);

    public static RoubAh? Ah(ibv_ah* block) => Blocks.Find<RoubAh, ibv_ah>(block, BlockKind.AddressHandle);

    public static RoubTd? Td(ibv_td* block) => Blocks.Find<RoubTd, ibv_td>(block, BlockKind.ThreadDomain);

    public static CmChannel? EventChannel(Cm.rdma_event_channel* block) => Blocks.Find<CmChannel, Cm.rdma_event_channel>(block, BlockKind.EventChannel);

    public static CmId? ConnectionId(Cm.rdma_cm_id* block) => Blocks.Find<CmId, CmIdBlock>((CmIdBlock*)block, BlockKind.ConnectionId);

    public static CmEvent? ConnectionEvent(Cm.rdma_cm_event* block) => Blocks.Find<CmEvent, CmEventBlock>((CmEventBlock*)block, BlockKind.ConnectionEvent);
}
