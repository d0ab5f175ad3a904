using Urma.Net.Interop.Libibverbs;
using static Urma.Net.Interop.Libibverbs.ibv_qp_attr_mask;
using static Urma.Net.Interop.Libibverbs.ibv_qp_state;

namespace Urma.Net.Exports.Roub;

/// <summary>Which changes of state there are, and which attributes each must and may come with (InfiniBand specification, 11.2.5.2).</summary>
internal static class QpTransitions
{
    private const ibv_qp_attr_mask Anywhere = IBV_QP_STATE | IBV_QP_CUR_STATE;
    private const ibv_qp_attr_mask Migration = IBV_QP_ALT_PATH | IBV_QP_PATH_MIG_STATE;
    private const ibv_qp_attr_mask Readiness = IBV_QP_ACCESS_FLAGS | IBV_QP_MIN_RNR_TIMER | IBV_QP_RATE_LIMIT | Migration;

    public static bool IsAllowed(ibv_qp_type type, ibv_qp_state current, ibv_qp_state next, ibv_qp_attr_mask given)
    {
        (ibv_qp_attr_mask Must, ibv_qp_attr_mask May)? attributes = next switch
        {
            IBV_QPS_RESET or IBV_QPS_ERR => (0, 0),
            _ => type == ibv_qp_type.IBV_QPT_UD ? OfDatagrams(current, next) : OfConnections(type == ibv_qp_type.IBV_QPT_RC, current, next),
        };
        return attributes is { } rule && (given & rule.Must) == rule.Must && (given & ~(rule.Must | rule.May | Anywhere)) == 0;
    }

    private static (ibv_qp_attr_mask Must, ibv_qp_attr_mask May)? OfDatagrams(ibv_qp_state current, ibv_qp_state next) => (current, next) switch
    {
        (IBV_QPS_RESET, IBV_QPS_INIT) => (IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_QKEY, 0),
        (IBV_QPS_INIT, IBV_QPS_INIT) => (0, IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_QKEY),
        (IBV_QPS_INIT, IBV_QPS_RTR) => (0, IBV_QP_PKEY_INDEX | IBV_QP_QKEY),
        (IBV_QPS_RTR, IBV_QPS_RTS) => (IBV_QP_SQ_PSN, IBV_QP_QKEY | IBV_QP_RATE_LIMIT),
        (IBV_QPS_RTS or IBV_QPS_SQD, IBV_QPS_RTS) => (0, IBV_QP_QKEY | IBV_QP_RATE_LIMIT),
        (IBV_QPS_RTS, IBV_QPS_SQD) => (0, IBV_QP_EN_SQD_ASYNC_NOTIFY),
        (IBV_QPS_SQD, IBV_QPS_SQD) => (0, IBV_QP_PKEY_INDEX | IBV_QP_QKEY),
        _ => null,
    };

    private static (ibv_qp_attr_mask Must, ibv_qp_attr_mask May)? OfConnections(bool isReliable, ibv_qp_state current, ibv_qp_state next)
    {
        const ibv_qp_attr_mask basics = IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_ACCESS_FLAGS;
        const ibv_qp_attr_mask path = IBV_QP_AV | IBV_QP_PATH_MTU | IBV_QP_DEST_QPN | IBV_QP_RQ_PSN;
        const ibv_qp_attr_mask retries = IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT | IBV_QP_RNR_RETRY;
        return (current, next) switch
        {
            (IBV_QPS_RESET, IBV_QPS_INIT) => (basics, 0),
            (IBV_QPS_INIT, IBV_QPS_INIT) => (0, basics),
            (IBV_QPS_INIT, IBV_QPS_RTR) => (
                path | (isReliable ? IBV_QP_MAX_DEST_RD_ATOMIC | IBV_QP_MIN_RNR_TIMER : 0),
                IBV_QP_ALT_PATH | IBV_QP_ACCESS_FLAGS | IBV_QP_PKEY_INDEX),
            (IBV_QPS_RTR, IBV_QPS_RTS) => (IBV_QP_SQ_PSN | (isReliable ? retries | IBV_QP_MAX_QP_RD_ATOMIC : 0), Readiness),
            (IBV_QPS_RTS or IBV_QPS_SQD, IBV_QPS_RTS) => (0, Readiness),
            (IBV_QPS_RTS, IBV_QPS_SQD) => (0, IBV_QP_EN_SQD_ASYNC_NOTIFY),
            (IBV_QPS_SQD, IBV_QPS_SQD) => (
                0, IBV_QP_PORT | IBV_QP_AV | IBV_QP_PKEY_INDEX | Readiness | (isReliable ? retries | IBV_QP_MAX_QP_RD_ATOMIC | IBV_QP_MAX_DEST_RD_ATOMIC : 0)),
            _ => null,
        };
    }
}
