using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>A queue pair of the device: made, connected once, destroyed. Whoever wants another connection makes another.</summary>
internal sealed unsafe class QueuePair
{
    private const int AllAccess =
        (int)(ibv_access_flags.IBV_ACCESS_LOCAL_WRITE | ibv_access_flags.IBV_ACCESS_REMOTE_READ
        | ibv_access_flags.IBV_ACCESS_REMOTE_WRITE | ibv_access_flags.IBV_ACCESS_REMOTE_ATOMIC);

    private readonly VerbsPath _path;
    private readonly byte _minRnrTimer;
    private readonly uint _firstPacket = (uint)RandomNumberGenerator.GetInt32(1 << 24);
    private int _destroyed;

    private QueuePair(VerbsPath path, ibv_qp* native, byte minRnrTimer)
    {
        _path = path;
        _minRnrTimer = minRnrTimer;
        Native = native;
        Number = native->qp_num;
    }

    public ibv_qp* Native { get; }

    public uint Number { get; }

    /// <summary>What its peer must know.</summary>
    public QueuePairAddress Address => new(
        Number,
        _firstPacket,
        _path.Gid is { } gid ? new Eid(gid.Gid) : default,
        _path.Port.Lid,
        _path.Port.Number,
        (byte)_path.Mtu,
        _path.MostReadsInitiated,
        _path.MostReads,
        _minRnrTimer);

    /// <summary>Makes one, in its first state.</summary>
    /// <param name="context">Whose.</param>
    /// <param name="type">Reliable or unreliable connection.</param>
    /// <param name="shape">Its queues.</param>
    /// <param name="minRnrTimer">How long it makes a sender wait that found no receive, as verbs counts.</param>
    /// <param name="path">The way its packets take; the context's when null.</param>
    public static QueuePair Create(VerbsContext context, ibv_qp_type type, in QueuePairShape shape, byte minRnrTimer, VerbsPath? path = null)
    {
        var attributes = default(ibv_qp_init_attr);
        attributes.qp_type = type;
        attributes.send_cq = shape.SendQueue;
        attributes.recv_cq = shape.ReceiveQueue;
        attributes.srq = shape.SharedReceives;
        attributes.cap.max_send_wr = (uint)shape.SendDepth;
        attributes.cap.max_send_sge = (uint)shape.MaxSge;
        attributes.cap.max_recv_wr = shape.SharedReceives == null ? 1u : 0u;
        attributes.cap.max_recv_sge = shape.SharedReceives == null ? 1u : 0u;
        attributes.cap.max_inline_data = (uint)shape.Inline;
        Marshal.SetLastSystemError(0);
        ibv_qp* native = Libibverbs.ibv_create_qp(context.ProtectionDomain, &attributes);
        int error = Marshal.GetLastSystemError();
        if (native == null)
        {
            throw VerbsError.FromErrno(error, $"create a queue pair of {shape.SendDepth} requests");
        }

        var pair = new QueuePair(path ?? context.Path, native, minRnrTimer);
        try
        {
            pair.Initialize(shape.ServesMemory ? AllAccess : 0);
            return pair;
        }
        catch
        {
            pair.Destroy();
            throw;
        }
    }

    /// <summary>Connects it; it sends and receives from now on.</summary>
    /// <param name="peer">The other end.</param>
    /// <param name="rnrRetry">How often a message is tried again while the peer has no receive: 0 to 6; 7 is for ever.</param>
    public void Connect(in QueuePairAddress peer, int rnrRetry)
    {
        bool isReliable = Native->qp_type == ibv_qp_type.IBV_QPT_RC;
        ibv_qp_attr attributes = ToReceive(peer);
        int mask = (int)(ibv_qp_attr_mask.IBV_QP_STATE | ibv_qp_attr_mask.IBV_QP_AV | ibv_qp_attr_mask.IBV_QP_PATH_MTU
            | ibv_qp_attr_mask.IBV_QP_DEST_QPN | ibv_qp_attr_mask.IBV_QP_RQ_PSN);
        if (isReliable)
        {
            mask |= (int)(ibv_qp_attr_mask.IBV_QP_MAX_DEST_RD_ATOMIC | ibv_qp_attr_mask.IBV_QP_MIN_RNR_TIMER);
        }

        Modify(&attributes, mask, $"have queue pair {Number} receive from queue pair {peer.Number}");

        attributes = default;
        attributes.qp_state = ibv_qp_state.IBV_QPS_RTS;
        attributes.sq_psn = _firstPacket;
        mask = (int)(ibv_qp_attr_mask.IBV_QP_STATE | ibv_qp_attr_mask.IBV_QP_SQ_PSN);
        if (isReliable)
        {
            attributes.timeout = (byte)_path.Options.AckTimeout;
            attributes.retry_cnt = (byte)_path.Options.RetryCount;
            attributes.rnr_retry = (byte)rnrRetry;
            attributes.max_rd_atomic = Math.Min(_path.MostReadsInitiated, peer.MaxDestinationReadAtomic);
            mask |= (int)(ibv_qp_attr_mask.IBV_QP_TIMEOUT | ibv_qp_attr_mask.IBV_QP_RETRY_CNT | ibv_qp_attr_mask.IBV_QP_RNR_RETRY
                | ibv_qp_attr_mask.IBV_QP_MAX_QP_RD_ATOMIC);
        }

        Modify(&attributes, mask, $"have queue pair {Number} send to queue pair {peer.Number}");
    }

    /// <summary>Ends everything that is under way: it is flushed.</summary>
    public void MoveToError()
    {
        var attributes = default(ibv_qp_attr);
        attributes.qp_state = ibv_qp_state.IBV_QPS_ERR;
        int error = Libibverbs.ibv_modify_qp(Native, &attributes, (int)ibv_qp_attr_mask.IBV_QP_STATE);
        if (error != 0)
        {
            System.Diagnostics.Trace.TraceWarning($"Moving queue pair {Number} to its error state returned {error}.");
        }
    }

    public void Destroy()
    {
        if (Interlocked.Exchange(ref _destroyed, 1) != 0)
        {
            return;
        }

        int error = Libibverbs.ibv_destroy_qp(Native);
        if (error != 0)
        {
            System.Diagnostics.Trace.TraceWarning($"Destroying queue pair {Number} returned {error}: the device keeps it until the context is closed.");
        }
    }

    private void Initialize(int access)
    {
        var attributes = default(ibv_qp_attr);
        attributes.qp_state = ibv_qp_state.IBV_QPS_INIT;
        attributes.pkey_index = _path.Options.PartitionKeyIndex;
        attributes.port_num = _path.Port.Number;
        attributes.qp_access_flags = (uint)access;
        Modify(
            &attributes,
            (int)(ibv_qp_attr_mask.IBV_QP_STATE | ibv_qp_attr_mask.IBV_QP_PKEY_INDEX | ibv_qp_attr_mask.IBV_QP_PORT | ibv_qp_attr_mask.IBV_QP_ACCESS_FLAGS),
            $"initialize queue pair {Number} on port {_path.Port.Number}");
    }

    private ibv_qp_attr ToReceive(in QueuePairAddress peer)
    {
        var attributes = default(ibv_qp_attr);
        attributes.qp_state = ibv_qp_state.IBV_QPS_RTR;
        attributes.path_mtu = (ibv_mtu)Math.Min((int)_path.Mtu, peer.Mtu);
        attributes.dest_qp_num = peer.Number;
        attributes.rq_psn = peer.PacketSequence;
        attributes.max_dest_rd_atomic = Math.Min(_path.MostReads, peer.MaxReadAtomic);
        attributes.min_rnr_timer = _minRnrTimer;
        attributes.ah_attr.dlid = peer.Lid;
        attributes.ah_attr.sl = (byte)_path.Options.ServiceLevel;
        attributes.ah_attr.port_num = _path.Port.Number;
        if (_path.Gid is { } gid && !peer.Gid.IsZero)
        {
            attributes.ah_attr.is_global = 1;
            peer.Gid.WriteTo(new Span<byte>(&attributes.ah_attr.grh.dgid, Eid.Size));
            attributes.ah_attr.grh.sgid_index = gid.Index;
            attributes.ah_attr.grh.hop_limit = _path.Options.HopLimit;
            attributes.ah_attr.grh.traffic_class = _path.Options.TrafficClass;
        }

        return attributes;
    }

    private void Modify(ibv_qp_attr* attributes, int mask, string what)
    {
        Marshal.SetLastSystemError(0);
        VerbsError.Check(Libibverbs.ibv_modify_qp(Native, attributes, mask), what);
    }
}
