using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Loopback;
using static Urma.Net.Interop.Libibverbs.ibv_qp_state;

namespace Urma.Net.Exports.Roub;

/// <summary>The states of a QP, and what its attributes mean.</summary>
internal sealed unsafe partial class RoubQp
{
    private ibv_qp_attr _attributes;
    private volatile ibv_qp_state _state;
    private DatagramHeaders? _headers;

    ulong IJettyAdmission.Attributes => IsDatagram
        ? PeerAttributes.Datagram(_attributes.qkey)
        : PeerAttributes.Connected(_attributes.qp_access_flags, _attributes.min_rnr_timer, _domain.Number);

    private DatagramHeaders Headers => _headers!;

    bool IJettyAdmission.Admits(uint uasid, uint sourceJettyId) =>
        _state is IBV_QPS_RTR or IBV_QPS_RTS or IBV_QPS_SQD
        && (IsDatagram || _attributes.dest_qp_num == QueueNumber.Of(uasid, sourceJettyId));

    void IJettyAdmission.OnFault(uint uasid, uint sourceJettyId, CompletionStatus status)
    {
        if (_attributes.dest_qp_num == QueueNumber.Of(uasid, sourceJettyId))
        {
            ibv_event_type what = status == CompletionStatus.RemoteAccessAbort ? ibv_event_type.IBV_EVENT_QP_ACCESS_ERR : ibv_event_type.IBV_EVENT_QP_REQ_ERR;
            FailSoon(what);
        }
    }

    /// <summary>A request failed; the engine's queue is in the error state already. Must not wait.</summary>
    public void OnSendFailed() => FailSoon(what: null);

    /// <summary>A receive was completed and polled.</summary>
    public void OnReceived(ibv_wc_status status)
    {
        _srq?.OnUsed();
        if (status is not (ibv_wc_status.IBV_WC_SUCCESS or ibv_wc_status.IBV_WC_WR_FLUSH_ERR))
        {
            FailSoon(what: null);
        }
    }

    public int Modify(ibv_qp_attr* attributes, int mask)
    {
        lock (_context.Gate)
        {
            var given = (ibv_qp_attr_mask)mask;
            ibv_qp_state current = (given & ibv_qp_attr_mask.IBV_QP_CUR_STATE) != 0 ? attributes->cur_qp_state : _state;
            ibv_qp_state next = (given & ibv_qp_attr_mask.IBV_QP_STATE) != 0 ? attributes->qp_state : current;
            if (current != _state || !QpTransitions.IsAllowed(Type, current, next, given) || !AreValid(attributes, given))
            {
                return Answer.Code(Errno.EINVAL);
            }

            Take(attributes, given);
            Enter(current, next);
            return 0;
        }
    }

    public int Query(ibv_qp_attr* attributes, ibv_qp_init_attr* init)
    {
        *attributes = _attributes;
        attributes->qp_state = attributes->cur_qp_state = _state;
        attributes->cap = _limits;
        attributes->path_mig_state = ibv_mig_state.IBV_MIG_MIGRATED;
        *init = new ibv_qp_init_attr
        {
            qp_context = Block->qp_context,
            send_cq = Block->send_cq,
            recv_cq = Block->recv_cq,
            srq = Block->srq,
            cap = _limits,
            qp_type = Type,
            sq_sig_all = _signalsAll ? 1 : 0,
        };
        return 0;
    }

    private static bool AreValid(ibv_qp_attr* attributes, ibv_qp_attr_mask given) =>
        ((given & ibv_qp_attr_mask.IBV_QP_PORT) == 0 || attributes->port_num == RoubDevice.Port)
        && ((given & ibv_qp_attr_mask.IBV_QP_PKEY_INDEX) == 0 || attributes->pkey_index == 0)
        && ((given & ibv_qp_attr_mask.IBV_QP_PATH_MTU) == 0 || attributes->path_mtu is >= ibv_mtu.IBV_MTU_256 and <= ibv_mtu.IBV_MTU_4096)
        && ((given & ibv_qp_attr_mask.IBV_QP_AV) == 0
            || (attributes->ah_attr.port_num is 0 or RoubDevice.Port && (attributes->ah_attr.is_global == 0 || attributes->ah_attr.grh.sgid_index == 0)))
        && ((given & ibv_qp_attr_mask.IBV_QP_RETRY_CNT) == 0 || attributes->retry_cnt <= 7)
        && ((given & ibv_qp_attr_mask.IBV_QP_RNR_RETRY) == 0 || attributes->rnr_retry <= 7)
        && ((given & ibv_qp_attr_mask.IBV_QP_TIMEOUT) == 0 || attributes->timeout <= 31)
        && ((given & ibv_qp_attr_mask.IBV_QP_MIN_RNR_TIMER) == 0 || attributes->min_rnr_timer <= 31);

    private void Take(ibv_qp_attr* attributes, ibv_qp_attr_mask given)
    {
        ibv_qp_attr next = _attributes;
        Set(ref next.qp_access_flags, attributes->qp_access_flags, given, ibv_qp_attr_mask.IBV_QP_ACCESS_FLAGS);
        Set(ref next.pkey_index, attributes->pkey_index, given, ibv_qp_attr_mask.IBV_QP_PKEY_INDEX);
        Set(ref next.port_num, attributes->port_num, given, ibv_qp_attr_mask.IBV_QP_PORT);
        Set(ref next.qkey, attributes->qkey, given, ibv_qp_attr_mask.IBV_QP_QKEY);
        Set(ref next.ah_attr, attributes->ah_attr, given, ibv_qp_attr_mask.IBV_QP_AV);
        Set(ref next.path_mtu, attributes->path_mtu, given, ibv_qp_attr_mask.IBV_QP_PATH_MTU);
        Set(ref next.timeout, attributes->timeout, given, ibv_qp_attr_mask.IBV_QP_TIMEOUT);
        Set(ref next.retry_cnt, attributes->retry_cnt, given, ibv_qp_attr_mask.IBV_QP_RETRY_CNT);
        Set(ref next.rnr_retry, attributes->rnr_retry, given, ibv_qp_attr_mask.IBV_QP_RNR_RETRY);
        Set(ref next.rq_psn, attributes->rq_psn, given, ibv_qp_attr_mask.IBV_QP_RQ_PSN);
        Set(ref next.sq_psn, attributes->sq_psn, given, ibv_qp_attr_mask.IBV_QP_SQ_PSN);
        Set(ref next.max_rd_atomic, attributes->max_rd_atomic, given, ibv_qp_attr_mask.IBV_QP_MAX_QP_RD_ATOMIC);
        Set(ref next.max_dest_rd_atomic, attributes->max_dest_rd_atomic, given, ibv_qp_attr_mask.IBV_QP_MAX_DEST_RD_ATOMIC);
        Set(ref next.min_rnr_timer, attributes->min_rnr_timer, given, ibv_qp_attr_mask.IBV_QP_MIN_RNR_TIMER);
        Set(ref next.dest_qp_num, attributes->dest_qp_num, given, ibv_qp_attr_mask.IBV_QP_DEST_QPN);
        Set(ref next.en_sqd_async_notify, attributes->en_sqd_async_notify, given, ibv_qp_attr_mask.IBV_QP_EN_SQD_ASYNC_NOTIFY);
        _attributes = next;
    }

    private static void Set<T>(ref T target, T value, ibv_qp_attr_mask given, ibv_qp_attr_mask which)
    {
        if ((given & which) != 0)
        {
            target = value;
        }
    }

    private void Enter(ibv_qp_state current, ibv_qp_state next)
    {
        switch (next)
        {
            case IBV_QPS_RESET:
                Reset(current);
                return;
            case IBV_QPS_ERR:
                Fail(what: null);
                return;
            case IBV_QPS_RTR or IBV_QPS_RTS:
                if (IsDatagram)
                {
                    _headers ??= new DatagramHeaders(_context, (uint)_queue.Depth);
                }

                _way.Configure(in _attributes);
                break;
            case IBV_QPS_SQD when current == IBV_QPS_RTS && _attributes.en_sqd_async_notify != 0:
                // Requests run while they are posted, so whoever stopped posting has a drained queue.
                _context.Events.Raise(ibv_event_type.IBV_EVENT_SQ_DRAINED, Block, Events);
                break;
        }

        // What was held goes before what others post from now on.
        bool privileged = _lock.Enter();

        // A failure that came meanwhile is dealt with in the background.
        if (Interlocked.CompareExchange(ref _state, next, current) == current)
        {
            Block->state = next;
            if (next == IBV_QPS_RTS)
            {
                PostHeld();
            }
        }

        _lock.Exit(privileged);
    }

    private void Reset(ibv_qp_state current)
    {
        SetState(IBV_QPS_RESET);
        if (current == IBV_QPS_RESET)
        {
            return;
        }

        CloseEngine();
        _held.Drop();
        _attributes = default;
        MakeEngine();
    }

    // What calls may hold locks of the engine, which putting a QP into the error state takes, too.
    private void FailSoon(ibv_event_type? what)
    {
        ibv_qp_state seen = _state;
        if (Type == ibv_qp_type.IBV_QPT_RC
            && seen is not (IBV_QPS_ERR or IBV_QPS_RESET)
            && Interlocked.CompareExchange(ref _state, IBV_QPS_ERR, seen) == seen)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static item => item.QueuePair.FailGuarded(item.Jetty, item.What), (QueuePair: this, Jetty: _jetty, What: what), preferLocal: false);
        }
    }

    private void FailGuarded(LoopbackJetty jetty, ibv_event_type? what)
    {
        try
        {
            lock (_context.Gate)
            {
                // Reset or destroyed meanwhile, there is nothing to fail any more.
                if (_state == IBV_QPS_ERR && _jetty == jetty)
                {
                    Fail(what);
                }
            }
        }
        catch (Exception error)
        {
            // Thrown here it would end the program.
            Answer.Log(error);
        }
    }

    private void Fail(ibv_event_type? what)
    {
        SetState(IBV_QPS_ERR);
        _queue.ModifyToError();
        FlushHeld();
        _context.Engine.CloseLanesTo(_index);
        CloseReceive();
        if (what is { } type)
        {
            _context.Events.Raise(type, Block, Events);
        }

        if (_srq is not null)
        {
            _context.Events.Raise(ibv_event_type.IBV_EVENT_QP_LAST_WQE_REACHED, Block, Events);
        }
    }

    private void SetState(ibv_qp_state state)
    {
        _state = state;
        Block->state = state;
    }
}
