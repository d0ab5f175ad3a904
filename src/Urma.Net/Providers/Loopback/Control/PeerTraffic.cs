using System.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Serves the connections of peers: requests, replies, notices, and their loss. Fabric thread only.</summary>
internal sealed class PeerTraffic : ILinkUser
{
    private readonly FabricLoop _loop;
    private readonly ControlLimits _limits;
    private readonly PeerTable _table;
    private readonly IControlHandler _handler;
    private readonly ControlReply _reply = new();
    private readonly Dictionary<LoopbackPeer, PidWatch> _watches = [];

    internal PeerTraffic(FabricLoop loop, ControlLimits limits, PeerTable table, IControlHandler handler)
    {
        _loop = loop;
        _limits = limits;
        _table = table;
        _handler = handler;
    }

    /// <summary>Gives a connection to a peer.</summary>
    internal void Adopt(PeerLink link, LoopbackPeer peer)
    {
        if (!_watches.ContainsKey(peer))
        {
            _watches.Add(peer, new PidWatch(_loop, peer.Process, () => Lose(peer, $"{peer.Name} exited")));
        }

        link.Peer = peer;
        link.User = this;
        peer.Links.Add(link);
        peer.Outlet ??= link;
    }

    /// <summary>Ends a peer.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="fault">Why, as a sentence without a period that names it.</param>
    internal void Lose(LoopbackPeer peer, string fault)
    {
        if (peer.IsAlive)
        {
            Disconnect(peer, fault);
            Guard(peer, static (handler, peer) => handler.OnPeerLost(peer));
        }
    }

    /// <summary>Says goodbye to all peers and closes their connections.</summary>
    internal void Close(string fault)
    {
        byte[] goodbye = new byte[ControlFrame.HeaderSize];
        ControlFrame.WriteHeader(goodbye, (uint)ControlMessage.Goodbye, 0, 0);
        foreach (LoopbackPeer peer in _table.Snapshot)
        {
            peer.Outlet?.Flush();
            peer.Outlet?.Send(goodbye, []);
        }

        foreach (LoopbackPeer peer in _table.Snapshot)
        {
            Disconnect(peer, fault);
        }
    }

    /// <inheritdoc/>
    public void OnFrame(PeerLink link, ReadOnlySpan<byte> frame, Span<int> descriptors)
    {
        LoopbackPeer peer = link.Peer!;
        if (!ControlFrame.TryReadHeader(frame, out uint type, out uint id, out int status))
        {
            OnBroken(link, UrmaStatus.InvalidArgument, $"it sent a frame of {frame.Length} bytes");
            return;
        }

        var message = new ControlRequest(
            (ControlMessage)(type & ~ControlFrame.ReplyBit), frame[ControlFrame.HeaderSize..], descriptors);
        if ((type & ControlFrame.ReplyBit) != 0)
        {
            OnReply(peer, id, status, message);
            return;
        }

        switch (message.Type)
        {
            case ControlMessage.Goodbye:
                Lose(peer, $"{peer.Name} left: it closed its context");
                break;
            case ControlMessage.Hello or ControlMessage.Info or ControlMessage.Published or ControlMessage.Refusal:
                OnBroken(link, UrmaStatus.InvalidArgument, $"it sent {message.Type} in the middle of the conversation");
                break;
            default:
                if (id == 0)
                {
                    OnNotice(peer, message);
                }
                else
                {
                    OnRequest(peer, id, message);
                }

                break;
        }
    }

    /// <inheritdoc/>
    public void OnStripped(PeerLink link, ReadOnlySpan<byte> frame, UrmaException error)
    {
        LoopbackPeer peer = link.Peer!;
        if (ControlFrame.TryReadHeader(frame, out uint type, out uint id, out _)
            && (type & ControlFrame.ReplyBit) != 0
            && peer.Pending.Take(id) is { } request)
        {
            request.Fail(error.Status, $"{peer.Name}: {error.Message}");
        }

        // A reply that nobody waits for any more is given back; what should not carry descriptors does not miss them.
        OnFrame(link, frame, []);
    }

    /// <inheritdoc/>
    public void OnDrained(PeerLink link)
    {
    }

    /// <inheritdoc/>
    public void OnHangUp(PeerLink link)
    {
        LoopbackPeer peer = link.Peer!;
        if (peer.Process.HasExited)
        {
            Lose(peer, $"{peer.Name} exited");
            return;
        }

        // A dying process closes its sockets a moment before it counts as exited.
        _loop.Schedule(
            _limits.HangUpGrace,
            () => Lose(peer, $"{peer.Name} left without a goodbye: its process runs on but closed the connection"));
    }

    /// <inheritdoc/>
    public void OnBroken(PeerLink link, UrmaStatus status, string reason)
    {
        string fault = $"{link.Peer!.Name} was disconnected: {reason}";
        Lose(link.Peer!, fault);
        _handler.OnRefused(fault);
    }

    private void OnRequest(LoopbackPeer peer, uint id, in ControlRequest request)
    {
        _reply.Clear();
        try
        {
            _handler.OnRequest(peer, in request, _reply);
        }
        catch (UrmaException error)
        {
            _reply.Fail(error.Status, error.Message);
        }
#pragma warning disable CA1031 // a defect in one handler must fail one request, not the thread that serves all peers
        catch (Exception error)
        {
            Trace.TraceError($"Serving {request.Type} of {peer.Name} failed: {error}");
            _reply.Fail(UrmaStatus.Failed, $"serving {request.Type} failed inside the peer: {error.Message}");
        }
#pragma warning restore CA1031

        SendOutcome outcome;
        try
        {
            outcome = Send(peer, _reply.Finish(request.Type, id), _reply.Fds);
        }
        catch (UrmaException error)
        {
            _reply.Fail(error.Status, error.Message);
            outcome = Send(peer, _reply.Finish(request.Type, id), []);
        }

        if (outcome == SendOutcome.Full)
        {
            string fault = $"{peer.Name} was disconnected: it keeps asking without reading the replies";
            Lose(peer, fault);
            _handler.OnRefused(fault);
        }
    }

    // All that goes to a peer takes one way, or a reply and a notice could overtake each other.
    private static SendOutcome Send(LoopbackPeer peer, ReadOnlySpan<byte> frame, ReadOnlySpan<int> descriptors) =>
        peer.Outlet?.Send(frame, descriptors, isReply: true) ?? SendOutcome.Closed;

    private void OnReply(LoopbackPeer peer, uint id, int status, in ControlRequest reply)
    {
        PendingRequest? request = peer.Pending.Take(id);
        if (request is null)
        {
            if (status == (int)UrmaStatus.Success)
            {
                Deliver(peer, reply, static (handler, peer, message) => handler.OnLateReply(peer, in message));
            }

            return;
        }

        if (status != (int)UrmaStatus.Success)
        {
            request.Fail(ControlFrame.ReadFailure(status), $"{peer.Name}: {ControlFrame.ReadText(reply.Payload)}", isRefusal: true);
            return;
        }

        int[] descriptors = new int[reply.Fds.Length];
        for (int i = 0; i < descriptors.Length; i++)
        {
            descriptors[i] = reply.TakeFd(i);
        }

        request.Complete(new ControlResponse(reply.Payload.ToArray(), descriptors));
    }

    private void OnNotice(LoopbackPeer peer, in ControlRequest notice) =>
        Deliver(peer, notice, static (handler, peer, message) => handler.OnNotice(peer, in message));

    private void Disconnect(LoopbackPeer peer, string fault)
    {
        _table.Remove(peer);
        peer.MarkLost(fault);
        foreach (PeerLink link in peer.Links)
        {
            link.Close();
        }

        if (_watches.Remove(peer, out PidWatch? watch))
        {
            watch.Dispose();
        }
    }

    private delegate void Delivery(IControlHandler handler, LoopbackPeer peer, ControlRequest message);

    private void Deliver(LoopbackPeer peer, ControlRequest message, Delivery delivery)
    {
        try
        {
            delivery(_handler, peer, message);
        }
#pragma warning disable CA1031 // see OnRequest
        catch (Exception error)
        {
            Trace.TraceError($"Serving {message.Type} of {peer.Name} failed: {error}");
        }
#pragma warning restore CA1031
    }

    private void Guard(LoopbackPeer peer, Action<IControlHandler, LoopbackPeer> call)
    {
        try
        {
            call(_handler, peer);
        }
#pragma warning disable CA1031 // see OnRequest
        catch (Exception error)
        {
            Trace.TraceError($"A handler for {peer.Name} failed: {error}");
        }
#pragma warning restore CA1031
    }
}
