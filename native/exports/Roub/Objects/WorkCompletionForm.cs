using System.Runtime.CompilerServices;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports.Roub;

/// <summary>Polls the engine straight into C's completions. A queue's face is its QP number, and whether it is a datagram's.</summary>
internal readonly unsafe struct WorkCompletionForm : ICompletionForm<ibv_wc>
{
    /// <summary>Part of the face of a datagram QP.</summary>
    public const long Datagram = 1L << 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(out ibv_wc target, Completion completion, CompletionSource source, ulong value, uint jetty, byte opcode)
    {
        target = default;
        target.wr_id = completion.UserContext;
        target.byte_len = (uint)completion.ByteCount;
        target.qp_num = (uint)source.Owner;
        if (completion.IsReceive)
        {
            target.opcode = opcode == (byte)ReceiveOpcode.WriteWithImmediate ? ibv_wc_opcode.IBV_WC_RECV_RDMA_WITH_IMM : ibv_wc_opcode.IBV_WC_RECV;
            if ((completion.Flags & CompletionFlags.Immediate) != 0)
            {
                target.imm_data = (uint)value;
                target.wc_flags = (uint)ibv_wc_flags.IBV_WC_WITH_IMM;
            }

            if (source.SourceUasid != 0)
            {
                target.src_qp = QueueNumber.Of(source.SourceUasid, jetty);
                target.slid = (ushort)(Library.FirstLid + (byte)source.SourceEid.Low);
                if (((long)source.Owner & Datagram) != 0)
                {
                    target.wc_flags |= (uint)ibv_wc_flags.IBV_WC_GRH;
                }
            }
        }
        else
        {
            target.opcode = OpcodeOf((Opcode)opcode);
        }

        if (completion.Status != CompletionStatus.Success)
        {
            target.status = StatusOf(completion.Status, (Opcode)opcode, completion.IsReceive);
            target.vendor_err = (uint)completion.Status;
        }
    }

    public static ibv_wc_opcode OpcodeOf(Opcode opcode) => opcode switch
    {
        Opcode.Send or Opcode.SendImmediate => ibv_wc_opcode.IBV_WC_SEND,
        Opcode.Read => ibv_wc_opcode.IBV_WC_RDMA_READ,
        Opcode.CompareSwap => ibv_wc_opcode.IBV_WC_COMP_SWAP,
        Opcode.FetchAdd => ibv_wc_opcode.IBV_WC_FETCH_ADD,
        _ => ibv_wc_opcode.IBV_WC_RDMA_WRITE,
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ibv_wc_status StatusOf(CompletionStatus status, Opcode opcode, bool isReceive) => status switch
    {
        CompletionStatus.LocalLengthError => ibv_wc_status.IBV_WC_LOC_LEN_ERR,
        CompletionStatus.LocalAccessError => ibv_wc_status.IBV_WC_LOC_PROT_ERR,
        CompletionStatus.LocalOperationError => ibv_wc_status.IBV_WC_LOC_QP_OP_ERR,
        CompletionStatus.RemoteResponseLengthError or CompletionStatus.RemoteUnsupportedRequest => ibv_wc_status.IBV_WC_REM_INV_REQ_ERR,
        CompletionStatus.RemoteAccessAbort => ibv_wc_status.IBV_WC_REM_ACCESS_ERR,

        // What the engine's owner refuses of an atomic is its alignment.
        CompletionStatus.RemoteOperationError when !isReceive && opcode is Opcode.CompareSwap or Opcode.FetchAdd => ibv_wc_status.IBV_WC_REM_INV_REQ_ERR,
        CompletionStatus.RemoteOperationError => ibv_wc_status.IBV_WC_REM_OP_ERR,
        CompletionStatus.AckTimeout => ibv_wc_status.IBV_WC_RETRY_EXC_ERR,
        CompletionStatus.RnrRetryCountExceeded => ibv_wc_status.IBV_WC_RNR_RETRY_EXC_ERR,
        CompletionStatus.WorkRequestFlushed => ibv_wc_status.IBV_WC_WR_FLUSH_ERR,
        _ => ibv_wc_status.IBV_WC_GENERAL_ERR,
    };
}
