using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>From the statuses of verbs to those of URMA (the Linux manual pages ibv_poll_cq(3); InfiniBand specification 11.6.2).</summary>
internal static class WorkStatus
{
    /// <summary>Of a request.</summary>
    public static CompletionStatus Of(ibv_wc_status status, Opcode opcode) => status switch
    {
        ibv_wc_status.IBV_WC_SUCCESS => CompletionStatus.Success,
        ibv_wc_status.IBV_WC_LOC_LEN_ERR => CompletionStatus.LocalLengthError,

        // What a request names was checked before it was given to the device; what the device cannot work with is memory that went meanwhile,
        // and not every device has the precise word for it.
        ibv_wc_status.IBV_WC_LOC_PROT_ERR or ibv_wc_status.IBV_WC_LOC_ACCESS_ERR or ibv_wc_status.IBV_WC_LOC_QP_OP_ERR =>
            CompletionStatus.LocalAccessError,
        ibv_wc_status.IBV_WC_WR_FLUSH_ERR => CompletionStatus.WorkRequestFlushed,

        // The answer to a message that is longer than the receive it found.
        ibv_wc_status.IBV_WC_REM_INV_REQ_ERR => opcode is Opcode.Send or Opcode.SendImmediate
            ? CompletionStatus.RemoteResponseLengthError
            : CompletionStatus.RemoteUnsupportedRequest,
        ibv_wc_status.IBV_WC_REM_ACCESS_ERR => CompletionStatus.RemoteAccessAbort,
        ibv_wc_status.IBV_WC_REM_OP_ERR or ibv_wc_status.IBV_WC_REM_ABORT_ERR => CompletionStatus.RemoteOperationError,
        ibv_wc_status.IBV_WC_RETRY_EXC_ERR or ibv_wc_status.IBV_WC_RESP_TIMEOUT_ERR => CompletionStatus.AckTimeout,
        ibv_wc_status.IBV_WC_RNR_RETRY_EXC_ERR => CompletionStatus.RnrRetryCountExceeded,
        _ => CompletionStatus.LocalOperationError,
    };

    /// <summary>Of a receive.</summary>
    public static CompletionStatus OfReceive(ibv_wc_status status) => status switch
    {
        ibv_wc_status.IBV_WC_SUCCESS => CompletionStatus.Success,

        // Some devices say that they could not carry it out.
        ibv_wc_status.IBV_WC_LOC_LEN_ERR or ibv_wc_status.IBV_WC_LOC_QP_OP_ERR => CompletionStatus.LocalLengthError,
        _ => Of(status, Opcode.Nop),
    };
}
