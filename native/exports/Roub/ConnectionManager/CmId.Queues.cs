using Urma.Net.Interop.Librdmacm;
using Verbs = Urma.Net.Interop.Libibverbs;
using static Urma.Net.Interop.Libibverbs.ibv_qp_attr_mask;

namespace Urma.Net.Exports.Roub;

/// <summary>What an id knows of its QP and the other side's.</summary>
internal sealed unsafe partial class CmId
{
    // What one request may ask for at a time, as the device has it.
    private const byte MaxReads = 128;
    private const byte AsManyAsThereAre = 0xff;
    private const byte MostTries = 7;

    private Verbs.ibv_ah_attr _peerAddress;
    private uint _peerQueue;
    private byte _answers;
    private byte _asks;
    private byte _tries = MostTries;
    private byte _rnrTries = MostTries;
    private byte _ackTimeout = CmPath.AckTimeout;
    private bool _hasPeer;

    /// <summary>Sets the exponent of the acknowledgement timeout.</summary>
    public void SetAckTimeout(byte exponent)
    {
        lock (_gate)
        {
            _ackTimeout = exponent;
        }
    }

    /// <summary>Fills in what a QP of the id's needs for a state.</summary>
    /// <param name="attributes">The state is in there.</param>
    /// <param name="mask">Which of them are given.</param>
    public void Describe(Verbs.ibv_qp_attr* attributes, int* mask)
    {
        lock (_gate)
        {
            Require(Block->verbs != null, "say how its QP is connected");
            *mask = (int)Fill(attributes, (Verbs.ibv_qp_type)Block->qp_type);
        }
    }

    // What this side says of itself; on the way it learns what it may.
    private CmFrame Describe(CmFrameKind kind, rdma_conn_param* given)
    {
        bool isAnswer = kind is CmFrameKind.Reply or CmFrameKind.ServiceReply;
        rdma_conn_param asked = given != null ? *given : new rdma_conn_param
        {
            responder_resources = AsManyAsThereAre,
            initiator_depth = AsManyAsThereAre,
            retry_count = MostTries,
            rnr_retry_count = MostTries,
        };
        Verbs.ibv_gid own = Manager.Context.Device.Gid;
        var frame = new CmFrame(kind)
        {
            GidPrefix = own.global.subnet_prefix,
            GidInterface = own.global.interface_id,
            QueuePair = Block->qp == null ? asked.qp_num : ((Verbs.ibv_qp*)Block->qp)->qp_num,
            QueueKey = IsDatagram ? Librdmacm.RDMA_UDP_QKEY : 0u,
            ResponderResources = Limit(asked.responder_resources, isAnswer ? _answers : MaxReads),
            InitiatorDepth = Limit(asked.initiator_depth, isAnswer ? _asks : MaxReads),
            FlowControl = asked.flow_control,
            RetryCount = (byte)(asked.retry_count & MostTries),
            RnrRetryCount = (byte)(asked.rnr_retry_count & MostTries),
            IsShared = Block->srq != null ? (byte)1 : asked.srq,
        };
        frame.SetPrivate(asked.private_data, asked.private_data_len);
        _answers = frame.ResponderResources;
        _asks = frame.InitiatorDepth;
        _tries = isAnswer ? _tries : frame.RetryCount;
        return frame;
    }

    private static byte Limit(byte asked, byte most) => asked == AsManyAsThereAre ? most
        : asked <= MaxReads ? asked
        : throw new RefusedException(Errno.EINVAL, $"{asked} reads at a time cannot be: {MaxReads} is the most.");

    private void Remember(in CmFrame frame)
    {
        _hasPeer = true;
        _peerQueue = frame.QueuePair;
        _peerAddress = CmPath.AddressOf(in frame);

        // What the other side answers is what this one may ask.
        _answers = Math.Min(frame.InitiatorDepth, MaxReads);
        _asks = Math.Min(frame.ResponderResources, MaxReads);
        _tries = frame.Kind == CmFrameKind.Request ? (byte)(frame.RetryCount & MostTries) : _tries;
        _rnrTries = (byte)(frame.RnrRetryCount & MostTries);
    }

    // Takes the QP, where there is one, from INIT to RTS. Answers a value of errno.
    private int MakeReady()
    {
        if (Block->qp == null)
        {
            return 0;
        }

        if (Find.Qp((Verbs.ibv_qp*)Block->qp) is not { } queue)
        {
            return Errno.EINVAL;
        }

        int reason = 0;
        for (Verbs.ibv_qp_state state = Verbs.ibv_qp_state.IBV_QPS_INIT; state <= Verbs.ibv_qp_state.IBV_QPS_RTS && reason == 0; state++)
        {
            var attributes = new Verbs.ibv_qp_attr { qp_state = state };
            Verbs.ibv_qp_attr_mask mask = Fill(&attributes, queue.Type);
            reason = queue.Modify(&attributes, (int)mask);
        }

        return reason;
    }

    private void FailQueue()
    {
        if (Block->qp != null && Find.Qp((Verbs.ibv_qp*)Block->qp) is { } queue)
        {
            var attributes = new Verbs.ibv_qp_attr { qp_state = Verbs.ibv_qp_state.IBV_QPS_ERR };
            _ = queue.Modify(&attributes, (int)IBV_QP_STATE);
        }
    }

    private Verbs.ibv_qp_attr_mask Fill(Verbs.ibv_qp_attr* attributes, Verbs.ibv_qp_type type)
    {
        bool isReliable = type == Verbs.ibv_qp_type.IBV_QPT_RC;
        Verbs.ibv_qp_state state = attributes->qp_state;
        *attributes = new Verbs.ibv_qp_attr { qp_state = state };
        switch (state)
        {
            case Verbs.ibv_qp_state.IBV_QPS_INIT when IsDatagram:
                attributes->port_num = RoubDevice.Port;
                attributes->qkey = Librdmacm.RDMA_UDP_QKEY;
                return IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_QKEY;
            case Verbs.ibv_qp_state.IBV_QPS_INIT:
                attributes->port_num = RoubDevice.Port;
                attributes->qp_access_flags = (uint)(Verbs.ibv_access_flags.IBV_ACCESS_REMOTE_WRITE
                    | (_answers == 0 ? 0 : Verbs.ibv_access_flags.IBV_ACCESS_REMOTE_READ | Verbs.ibv_access_flags.IBV_ACCESS_REMOTE_ATOMIC));
                return IBV_QP_STATE | IBV_QP_PKEY_INDEX | IBV_QP_PORT | IBV_QP_ACCESS_FLAGS;
            case Verbs.ibv_qp_state.IBV_QPS_RTR when IsDatagram:
                return IBV_QP_STATE;
            case Verbs.ibv_qp_state.IBV_QPS_RTR:
                Require(_hasPeer, "say where its QP goes");
                attributes->ah_attr = _peerAddress;
                attributes->path_mtu = Verbs.ibv_mtu.IBV_MTU_4096;
                attributes->dest_qp_num = _peerQueue;
                attributes->max_dest_rd_atomic = _answers;
                return IBV_QP_STATE | IBV_QP_AV | IBV_QP_PATH_MTU | IBV_QP_DEST_QPN | IBV_QP_RQ_PSN
                    | (isReliable ? IBV_QP_MAX_DEST_RD_ATOMIC | IBV_QP_MIN_RNR_TIMER : 0);
            case Verbs.ibv_qp_state.IBV_QPS_RTS:
                attributes->timeout = _ackTimeout;
                attributes->retry_cnt = _tries;
                attributes->rnr_retry = _rnrTries;
                attributes->max_rd_atomic = _asks;
                return IBV_QP_STATE | IBV_QP_SQ_PSN
                    | (isReliable && !IsDatagram ? IBV_QP_TIMEOUT | IBV_QP_RETRY_CNT | IBV_QP_RNR_RETRY | IBV_QP_MAX_QP_RD_ATOMIC : 0);
            default:
                throw new RefusedException(Errno.EINVAL, $"A connection knows nothing of the state {(int)state} of a QP.");
        }
    }
}
