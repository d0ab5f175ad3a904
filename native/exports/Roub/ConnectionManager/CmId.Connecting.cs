using System.Diagnostics.CodeAnalysis;
using Urma.Net.Internal;
using Urma.Net.Interop.Librdmacm;

namespace Urma.Net.Exports.Roub;

/// <summary>From a request to a connection, on both sides.</summary>
internal sealed unsafe partial class CmId
{
    // What InfiniBand's CM comes to with its sixteen tries.
    private static readonly TimeSpan AnswerBound = TimeSpan.FromSeconds(64);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(20);

    private CmLink? _link;
    private CmFrame _request;

    /// <summary>Asks whoever listens at the destination for a connection, or a datagram queue's number.</summary>
    /// <param name="given">What the program says of it; NULL: nothing.</param>
    public void Connect(rdma_conn_param* given)
    {
        lock (_gate)
        {
            Require(_state == CmIdState.RouteResolved, "ask for a connection");
            _request = Describe(IsDatagram ? CmFrameKind.ServiceRequest : CmFrameKind.Request, given);
            _request.Source = _source;
            _request.Destination = _destination;
            _state = CmIdState.Asking;
        }

        Manager.Loop.Post(Reach);
        Manager.Schedule(AnswerBound, () => GiveUp(CmIdState.Asking));
    }

    /// <summary>Takes a request.</summary>
    public void Accept(rdma_conn_param* given)
    {
        lock (_gate)
        {
            Require(_state == CmIdState.Asked, "take a request");
            CmFrame reply = Describe(IsDatagram ? CmFrameKind.ServiceReply : CmFrameKind.Reply, given);
            if (!IsDatagram && MakeReady() is not 0 and var reason)
            {
                throw new RefusedException(reason, "The QP cannot be connected: it must be in the state INIT, as rdma_create_qp leaves it.");
            }

            // Where the asker has gone meanwhile, its going is reported by an event.
            _link!.Send(in reply);
            _state = IsDatagram ? CmIdState.Connected : CmIdState.Taking;
        }

        if (!IsDatagram)
        {
            Manager.Schedule(AnswerBound, () => GiveUp(CmIdState.Taking));
        }
    }

    /// <summary>Declines a request, or the answer to one.</summary>
    public void Reject(void* data, byte length)
    {
        lock (_gate)
        {
            Require(_state is CmIdState.Asked or CmIdState.Answered, "decline");
            var frame = new CmFrame(IsDatagram ? CmFrameKind.ServiceReply : CmFrameKind.Reject)
            {
                Status = IsDatagram ? RejectReason.ServiceRejected : (uint)RejectReason.ConsumerDefined,
            };
            frame.SetPrivate(data, length);
            Part(in frame, CmIdState.Failed);
        }
    }

    /// <summary>Completes a connection for a QP that the program connects by itself.</summary>
    public void Establish()
    {
        lock (_gate)
        {
            Require(_state == CmIdState.Answered && Block->qp == null, "complete a connection");
            _link!.Send(new CmFrame(CmFrameKind.ReadyToUse));
            _state = CmIdState.Connected;
        }
    }

    /// <summary>A message came before the asker's word that it is ready.</summary>
    public void Notify()
    {
        lock (_gate)
        {
            Require(_link is not null, "be told of events");
            BecomeConnected(default);
        }
    }

    /// <summary>Does what goes before an event that the program is about to get. False: it is about something that is over.</summary>
    /// <param name="item">The event.</param>
    /// <param name="channel">Where it is taken.</param>
    public bool Prepare(CmEvent item, CmChannel channel)
    {
        lock (_gate)
        {
            switch (item.Type)
            {
                case rdma_cm_event_type.RDMA_CM_EVENT_CONNECT_REQUEST:
                    Inherit(item.Listener!, channel);
                    return true;
                case rdma_cm_event_type.RDMA_CM_EVENT_CONNECT_RESPONSE when _state != CmIdState.Answered:
                    return false;
                case rdma_cm_event_type.RDMA_CM_EVENT_CONNECT_RESPONSE when Block->qp != null:
                    Complete(item);
                    return true;
                case rdma_cm_event_type.RDMA_CM_EVENT_REJECTED:
                    FailQueue();
                    return true;
                default:
                    return true;
            }
        }
    }

    private void Complete(CmEvent item)
    {
        int reason = MakeReady();
        if (reason == 0)
        {
            _link!.Send(new CmFrame(CmFrameKind.ReadyToUse));
            _state = CmIdState.Connected;
            item.Type = rdma_cm_event_type.RDMA_CM_EVENT_ESTABLISHED;
            return;
        }

        Part(new CmFrame(CmFrameKind.Reject) { Status = RejectReason.ConsumerDefined }, CmIdState.Failed);
        item.Type = rdma_cm_event_type.RDMA_CM_EVENT_CONNECT_ERROR;
        item.Status = -reason;
    }

    // On the manager's thread.
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "A link lives until it is closed, by its user or its peer.")]
    private void Reach()
    {
        lock (_gate)
        {
            if (_state != CmIdState.Asking)
            {
                return;
            }

            try
            {
                if (CmPort.TryConnect(_space, in _destination) is not { } channel)
                {
                    OnDeclined(IsDatagram ? RejectReason.ServiceUnsupported : RejectReason.InvalidServiceId);
                    return;
                }

                _link = new CmLink(Manager.Loop, channel, this);
                _link.Send(in _request);
            }
            catch (UrmaException busy) when (busy.Status == UrmaStatus.TimedOut)
            {
                Manager.Loop.Schedule(AskAgain, Reach);
            }
            catch (UrmaException error)
            {
                Answer.Log(error);
                _state = CmIdState.Failed;
                Raise(rdma_cm_event_type.RDMA_CM_EVENT_UNREACHABLE, error.Status == UrmaStatus.OperationNotPermitted ? -Errno.EACCES : -Errno.ENETUNREACH);
            }
        }
    }

    private void OnDeclined(int reason) => OnDeclined(reason, new CmFrame(IsDatagram ? CmFrameKind.ServiceReply : CmFrameKind.Reject));

    private void OnDeclined(int reason, in CmFrame frame)
    {
        _state = CmIdState.Failed;
        Raise(IsDatagram ? rdma_cm_event_type.RDMA_CM_EVENT_UNREACHABLE : rdma_cm_event_type.RDMA_CM_EVENT_REJECTED, reason, in frame);
    }

    private void GiveUp(CmIdState waiting)
    {
        lock (_gate)
        {
            if (_state == waiting)
            {
                Part(new CmFrame(CmFrameKind.Reject) { Status = RejectReason.Timeout }, CmIdState.Failed);
                Raise(rdma_cm_event_type.RDMA_CM_EVENT_UNREACHABLE, -Errno.ETIMEDOUT);
            }
        }
    }

    private void BecomeConnected(in CmFrame frame)
    {
        if (_state == CmIdState.Taking)
        {
            _state = CmIdState.Connected;
            Raise(rdma_cm_event_type.RDMA_CM_EVENT_ESTABLISHED, 0, in frame);
        }
    }

    // Says a last word.
    private void Part(in CmFrame frame, CmIdState next)
    {
        _state = next;
        _link?.Send(in frame);
        CloseLink();
    }

    private void CloseLink()
    {
        _link?.Dispose();
        _link = null;
    }
}
