using System.Diagnostics.CodeAnalysis;
using Urma.Net.Internal;
using Urma.Net.Interop.Librdmacm;

namespace Urma.Net.Exports.Roub;

/// <summary>An id that others ask for connections.</summary>
internal sealed unsafe partial class CmId
{
    private const int MaxBacklog = 1024;

    // How long somebody who connected may take to say what for.
    private static readonly TimeSpan SilenceBound = TimeSpan.FromSeconds(10);

    private int _backlog;
    private int _waiting;

    /// <summary>Has requests reported from now on.</summary>
    /// <param name="backlog">How many may wait until the program takes them; 0 or less: as many as there may be.</param>
    public void Listen(int backlog)
    {
        lock (_gate)
        {
            Require(_state is CmIdState.Idle or CmIdState.Bound, "listen");
            if (_state == CmIdState.Idle)
            {
                Hold(CmAddress.AnyV4);
            }

            // Requests need a device: without one nobody could be answered.
            _ = Manager.Context;
            _backlog = backlog is <= 0 or > MaxBacklog ? MaxBacklog : backlog;
            _state = CmIdState.Listening;
        }
    }

    // On the manager's thread. Ports are taken before anybody listens there: who connects then is told that nobody does.
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "A link lives until it is closed, by its user or its peer.")]
    private void OnAccepted(UnixChannel channel)
    {
        try
        {
            var link = new CmLink(Manager.Loop, channel, this);
            Manager.Loop.Schedule(SilenceBound, () =>
            {
                if (link.User == this)
                {
                    link.Dispose();
                }
            });
        }
        catch (UrmaException error)
        {
            Answer.Log(error);
        }
    }

    private void OnStranger(CmLink link, in CmFrame frame)
    {
        bool isAsked = frame.Kind == (IsDatagram ? CmFrameKind.ServiceRequest : CmFrameKind.Request);
        if (!isAsked || _state != CmIdState.Listening)
        {
            Refuse(link, IsDatagram ? RejectReason.ServiceUnsupported : RejectReason.InvalidServiceId);
        }
        else if (Interlocked.Increment(ref _waiting) > _backlog)
        {
            Interlocked.Decrement(ref _waiting);
            Refuse(link, IsDatagram ? RejectReason.ServiceRejected : RejectReason.ConsumerDefined);
        }
        else
        {
            Announce(link, in frame);
        }
    }

    private void Announce(CmLink link, in CmFrame frame)
    {
        CmId? made = null;
        try
        {
            made = new CmId(_channel, null, Block->ps);
            made.BeAsked(link, in frame);
            _channel.Raise(new CmEvent(rdma_cm_event_type.RDMA_CM_EVENT_CONNECT_REQUEST, made, 0, in frame) { Listener = this });
        }
        catch (Exception error)
        {
            // One request that cannot be served is no reason to leave others waiting.
            Answer.Log(error);
            Interlocked.Decrement(ref _waiting);
            Refuse(link, IsDatagram ? RejectReason.ServiceRejected : RejectReason.ConsumerDefined);
            made?.Destroy();
        }
    }

    // The listener is what it is when the program takes the request, which may be long after the request came.
    private void Inherit(CmId listener, CmChannel channel)
    {
        _channel = channel;
        Block->channel = channel.Block;
        Block->context = listener.Block->context;
        Block->qp_type = listener.Block->qp_type;
    }

    private void BeAsked(CmLink link, in CmFrame frame)
    {
        lock (_gate)
        {
            _source = frame.Destination;
            _destination = frame.Source;
            Attach();
            WriteAddresses();
            WritePath();
            Remember(in frame);
            _link = link;
            link.User = this;
            _state = CmIdState.Asked;
        }
    }

    private void Refuse(CmLink link, int status)
    {
        link.Send(new CmFrame(IsDatagram ? CmFrameKind.ServiceReply : CmFrameKind.Reject) { Status = (uint)status });
        link.Dispose();
    }
}
