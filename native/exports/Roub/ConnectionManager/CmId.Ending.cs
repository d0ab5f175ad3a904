using Urma.Net.Interop.Librdmacm;

namespace Urma.Net.Exports.Roub;

/// <summary>What comes from the other side, and how a connection ends.</summary>
internal sealed unsafe partial class CmId
{
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(5);

    // After that nothing of the former connection can be on its way any more, on a network.
    private static readonly TimeSpan TimeWait = TimeSpan.FromSeconds(2);

    void ICmLinkUser.OnFrame(CmLink link, in CmFrame frame)
    {
        lock (_gate)
        {
            if (_state == CmIdState.Destroyed)
            {
                link.Dispose();
            }
            else if (link != _link)
            {
                OnStranger(link, in frame);
            }
            else
            {
                OnPeer(in frame);
            }
        }
    }

    void ICmLinkUser.OnClosed(CmLink link)
    {
        lock (_gate)
        {
            if (link != _link)
            {
                return;
            }

            _link = null;
            switch (_state)
            {
                case CmIdState.Asked:
                    // The program finds out when it answers.
                    _state = CmIdState.Failed;
                    break;
                case CmIdState.Asking or CmIdState.Answered or CmIdState.Taking:
                    OnDeclined(IsDatagram ? RejectReason.ServiceRejected : RejectReason.ConsumerDefined);
                    break;
                case CmIdState.Connected when !IsDatagram:
                    End(CmIdState.PeerEnded, 0);
                    break;
                case CmIdState.Ending:
                    End(CmIdState.Ended, 0);
                    break;
            }
        }
    }

    /// <summary>Ends the connection, or takes note that the other side did.</summary>
    /// <returns>Whether there is an event of it, or will be.</returns>
    public bool Disconnect()
    {
        lock (_gate)
        {
            Require(_state >= CmIdState.Asking, "be disconnected");
            FailQueue();
            switch (_state)
            {
                case CmIdState.Connected or CmIdState.Taking or CmIdState.Answered when !IsDatagram:
                    _state = CmIdState.Ending;
                    _link?.Send(new CmFrame(CmFrameKind.DisconnectRequest));
                    Manager.Schedule(EndBound, OnEndOverdue);
                    return true;
                case CmIdState.PeerEnded:
                    Part(new CmFrame(CmFrameKind.DisconnectReply), CmIdState.Ended);
                    AwaitQuiet();
                    break;
            }

            return _state == CmIdState.Ending || _channel.Holds(this);
        }
    }

    private void OnPeer(in CmFrame frame)
    {
        switch (frame.Kind, _state)
        {
            case (CmFrameKind.Reply, CmIdState.Asking) when !IsDatagram:
                Remember(in frame);
                _state = CmIdState.Answered;
                Raise(rdma_cm_event_type.RDMA_CM_EVENT_CONNECT_RESPONSE, 0, in frame);
                break;
            case (CmFrameKind.ServiceReply, CmIdState.Asking) when IsDatagram:
                OnService(in frame);
                break;
            case (CmFrameKind.Reject, CmIdState.Asked):
                CloseLink();
                _state = CmIdState.Failed;
                break;
            case (CmFrameKind.Reject, CmIdState.Asking or CmIdState.Answered or CmIdState.Taking):
                CloseLink();
                OnDeclined(frame.Status == 0 ? RejectReason.ConsumerDefined : (int)frame.Status, in frame);
                break;
            case (CmFrameKind.ReadyToUse, CmIdState.Taking):
                BecomeConnected(in frame);
                break;
            case (CmFrameKind.DisconnectRequest, CmIdState.Connected or CmIdState.Taking):
                End(CmIdState.PeerEnded, 0);
                break;
            case (CmFrameKind.DisconnectRequest, CmIdState.Ending):
                // Both ended it at once.
                Part(new CmFrame(CmFrameKind.DisconnectReply), CmIdState.Ended);
                End(CmIdState.Ended, 0);
                break;
            case (CmFrameKind.DisconnectReply, CmIdState.Ending):
                End(CmIdState.Ended, 0);
                break;
        }
    }

    private void OnService(in CmFrame frame)
    {
        CloseLink();
        if (frame.Status != 0)
        {
            OnDeclined((int)frame.Status, in frame);
            return;
        }

        _state = CmIdState.Connected;
        Raise(rdma_cm_event_type.RDMA_CM_EVENT_ESTABLISHED, 0, in frame);
    }

    private void OnEndOverdue()
    {
        lock (_gate)
        {
            if (_state == CmIdState.Ending)
            {
                End(CmIdState.Ended, -Errno.ETIMEDOUT);
            }
        }
    }

    private void End(CmIdState state, int status)
    {
        _state = state;
        Raise(rdma_cm_event_type.RDMA_CM_EVENT_DISCONNECTED, status);
        if (state == CmIdState.Ended)
        {
            AwaitQuiet();
        }
    }

    // Both sides have ended it.
    private void AwaitQuiet() => Manager.Schedule(TimeWait, () =>
    {
        lock (_gate)
        {
            if (_state != CmIdState.Destroyed)
            {
                Raise(rdma_cm_event_type.RDMA_CM_EVENT_TIMEWAIT_EXIT, 0);
            }
        }
    });

    // The program gives the id up, as whoever is at the other end must know.
    private void Leave()
    {
        var kind = _state switch
        {
            CmIdState.Connected or CmIdState.Taking when !IsDatagram => CmFrameKind.DisconnectRequest,
            CmIdState.PeerEnded => CmFrameKind.DisconnectReply,
            CmIdState.Asked when IsDatagram => CmFrameKind.ServiceReply,
            _ => CmFrameKind.Reject,
        };
        uint status = IsDatagram ? RejectReason.ServiceRejected : (uint)(_state == CmIdState.Asking ? RejectReason.Timeout : RejectReason.ConsumerDefined);
        Part(new CmFrame(kind) { Status = status }, CmIdState.Destroyed);
    }
}
