using Urma.Net.Diagnostics;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <content>What peers ask, and what becomes of those that go.</content>
public sealed unsafe partial class VerbsContext : IControlHandler
{
    private readonly List<VerbsJetty> _jetties = [];
    private readonly Dictionary<(ControlPeer Peer, uint JettyId, uint JfrId), int> _jettyImporters = [];

    internal void Add(VerbsJetty jetty)
    {
        lock (_lock)
        {
            _jetties.Add(jetty);
        }
    }

    internal void Remove(VerbsJetty jetty)
    {
        lock (_lock)
        {
            _jetties.Remove(jetty);
        }
    }

    /// <summary>Ends the lanes that lead to a jetty, or, where its number is 0, to a JFR, after their senders were told.</summary>
    internal void EndInbound(uint jettyId, uint jfrId)
    {
        ControlPeer[] importers;
        lock (_lock)
        {
            (ControlPeer Peer, uint JettyId, uint JfrId)[] ended = [.. _jettyImporters.Keys.Where(Matches)];
            Array.ForEach(ended, e => _jettyImporters.Remove(e));
            importers = [.. ended.Select(static i => i.Peer).Distinct()];
        }

        if (importers.Length != 0)
        {
            _ = Control.Withdraw(importers, new JettyGone(jettyId, jfrId), Options.RevocationTimeout);
        }

        foreach (InboundLane lane in _inbound.ToArray())
        {
            if (lane.Queue is { } queue && queue.Id == jfrId && (jettyId == 0 || lane.JettyId == jettyId))
            {
                Remove(lane);
            }
        }

        bool Matches((ControlPeer Peer, uint JettyId, uint JfrId) importer) =>
            jettyId == 0 ? importer.JfrId == jfrId : importer.JettyId == jettyId;
    }

    ImportSegmentAnswer IControlHandler.ImportSegment(ControlPeer peer, in ImportSegmentRequest request) =>
        RequireSegment(request.TokenId).Import(peer, in request);

    void IControlHandler.ReleaseSegment(ControlPeer peer, in ReleaseSegment notice) => (FindOwnSegment(notice.TokenId) as VerbsSegment)?.Release(peer, notice.Generation);

    ImportJettyAnswer IControlHandler.ImportJetty(ControlPeer peer, in ImportJettyRequest request)
    {
        ImportJettyRequest asked = request;
        VerbsJfr queue = RequireTarget(request.JettyId, request.JfrId, request.Token, out TransportMode mode);
        lock (_lock)
        {
            _jettyImporters[(peer, asked.JettyId, queue.Id)] = _jettyImporters.GetValueOrDefault((peer, asked.JettyId, queue.Id)) + 1;
        }

        return new ImportJettyAnswer(mode, request.JettyId == 0 ? TargetKind.Jfr : TargetKind.Jetty, queue.Id);
    }

    void IControlHandler.ReleaseJetty(ControlPeer peer, in ReleaseJetty notice)
    {
        lock (_lock)
        {
            (ControlPeer, uint, uint) import = (peer, notice.JettyId, notice.JfrId);
            if (_jettyImporters.TryGetValue(import, out int count))
            {
                _ = count == 1 ? _jettyImporters.Remove(import) : (_jettyImporters[import] = count - 1) > 0;
            }
        }
    }

    ConnectLaneAnswer IControlHandler.ConnectLane(ControlPeer peer, in ConnectLaneRequest request)
    {
        ConnectLaneRequest asked = request;
        if (request.Kind == LaneKind.OneSided && !HasImported(peer))
        {
            throw new UrmaException(UrmaStatus.OperationNotPermitted, "A way to memory is for those who have imported some.");
        }

        VerbsJfr? queue = request.Kind == LaneKind.OneSided ? null : RequireTarget(request.JettyId, request.JfrId, request.Token, out _);
        InboundLane lane = _inbound.Add(number => new InboundLane(this, peer, (uint)number, in asked, queue), "lanes of peers");
        try
        {
            return new ConnectLaneAnswer(lane.Id, lane.Connect(request.Address), lane.Immediates);
        }
        catch
        {
            Remove(lane);
            throw;
        }
    }

    void IControlHandler.DisconnectLane(ControlPeer peer, in DisconnectLane notice)
    {
        if (_inbound[(int)notice.LaneId] is { } lane && lane.Peer == peer)
        {
            Remove(lane);
        }
    }

    ReconnectLaneAnswer IControlHandler.ReconnectLane(ControlPeer peer, in ReconnectLaneRequest request)
    {
        if (_inbound[(int)request.LaneId] is not { } lane || lane.Peer != peer)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"There is no lane {request.LaneId} any more: its jetty is gone.");
        }

        return new ReconnectLaneAnswer(lane.Connect(request.Address));
    }

    void IControlHandler.Revoke(ControlPeer owner, in RevokeRequest request)
    {
        RevokeRequest ended = request;
        VerbsTargetSegment[] segments;
        lock (_lock)
        {
            _engines.Find(e => e?.Peer == owner)?.Segments.Hear(ended.TokenId, ended.Generation);
            segments = [.. _importedSegments.Where(s => s.Engine.Peer == owner && s.Descriptor.TokenId == ended.TokenId && s.Descriptor.Generation == ended.Generation)];
        }

        Array.ForEach(segments, static s => s.End());
    }

    void IControlHandler.JettyGone(ControlPeer owner, in JettyGone request)
    {
        (uint jettyId, uint jfrId) = (request.JettyId, request.JfrId);
        lock (_lock)
        {
            _engines.Find(e => e?.Peer == owner)?.Jetties.Hear(jettyId, jfrId);
        }

        EndTargets(
            t => t.Engine.Peer == owner && (jettyId == 0 ? t.Descriptor.JfrId == jfrId : t.Descriptor.JettyId == jettyId),
            l => l.Target.Engine.Peer == owner && (jettyId == 0 ? l.Target.JfrId == jfrId : l.Target.JettyId == jettyId),
            $"{owner} has closed it",
            CompletionStatus.RemoteOperationError);
    }

    ExecuteAtomicAnswer IControlHandler.ExecuteAtomic(ControlPeer peer, in ExecuteAtomicRequest request) =>
        new(RequireSegment(request.TokenId).Execute(in request));

    void IControlHandler.OnPeerLost(ControlPeer peer, bool isNews)
    {
        string reason = peer.Fault ?? $"{peer} is gone";
        VerbsTargetSegment[] segments;
        VerbsSegment[] own;
        lock (_lock)
        {
            segments = [.. _importedSegments.Where(s => s.Engine.Peer == peer)];
            own = [.. _segments.Values];
            foreach ((ControlPeer Peer, uint, uint) import in _jettyImporters.Keys.Where(i => i.Peer == peer).ToArray())
            {
                _jettyImporters.Remove(import);
            }

        }

        EndTargets(t => t.Engine.Peer == peer, l => l.Target.Engine.Peer == peer, reason, CompletionStatus.AckTimeout);
        Array.ForEach(segments, static s => s.End());
        Array.ForEach(own, s => s.ReleaseAll(peer));
        foreach (InboundLane lane in _inbound.ToArray())
        {
            if (lane.Peer == peer)
            {
                Remove(lane);
            }
        }

        if (isNews)
        {
            UrmaEvents.Report(UrmaEvent.PeerLost, this, peer.ToString(), reason);

            // A user's handler may ask peers something, which this thread must not.
            ThreadPool.UnsafeQueueUserWorkItem(
                static s => s.Context.OnPeerLost(new PeerLostEventArgs(
                    s.Peer.Identity.Eid, s.Peer.Identity.Uasid, s.Peer.Identity.ProcessId, s.Reason, isConfirmed: s.Peer.IsOutgoing)),
                (Context: this, Peer: peer, Reason: reason),
                preferLocal: false);
        }
    }

    void IControlHandler.OnPeerConnected(ControlPeer peer) => UrmaEvents.Report(UrmaEvent.PeerConnected, this, peer.ToString());

    void IControlHandler.OnRefused(string reason) => UrmaEvents.Report(UrmaEvent.ConnectionRefused, this, reason);

    private bool HasImported(ControlPeer peer)
    {
        VerbsSegment[] segments;
        lock (_lock)
        {
            segments = [.. _segments.Values];
        }

        return Array.Exists(segments, s => s.IsImportedBy(peer));
    }

    private void EndTargets(Func<VerbsTargetJetty, bool> target, Func<Lane, bool> lane, string reason, CompletionStatus status)
    {
        VerbsTargetJetty[] targets;
        VerbsSendQueue[] queues;
        lock (_lock)
        {
            targets = [.. _importedJetties.Values.Where(target)];
            queues = [.. _sendQueues];
        }

        Array.ForEach(targets, t => t.End(reason));
        Array.ForEach(queues, q => q.EndLanes(lane, status));
    }

    private void Remove(InboundLane lane)
    {
        lock (_lock)
        {
            if (_inbound[(int)lane.Id] != lane)
            {
                return;
            }

            _inbound.Remove((int)lane.Id);
        }

        lane.Dispose();
    }

    private void EndAllInbound() => Array.ForEach(_inbound.ToArray(), Remove);

    private VerbsSegment RequireSegment(uint tokenId) =>
        FindOwnSegment(tokenId) as VerbsSegment
        ?? throw new UrmaException(UrmaStatus.InvalidArgument, $"There is no segment {tokenId} here, or no longer: exchange its descriptor again.");

    // A jetty's receives are its JFR's, and so is its secret.
    private VerbsJfr RequireTarget(uint jettyId, uint jfrId, Token shown, out TransportMode mode)
    {
        VerbsJfr? queue = _receiveQueues[(int)jfrId];
        mode = queue?.Mode ?? default;
        if (jettyId != 0)
        {
            lock (_lock)
            {
                VerbsJetty? jetty = _jetties.Find(j => j.Id == jettyId);
                queue = jetty?.ReceiveQueue;
                mode = queue?.Mode ?? default;
            }
        }

        if (queue is null || queue.IsDisposed || (jettyId != 0 && queue.Id != jfrId))
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"There is no jetty {jettyId} with JFR {jfrId} here, or no longer: exchange its descriptor again.");
        }

        TokenCheck.Require(queue.Token, shown, jettyId == 0 ? $"JFR {jfrId}" : $"jetty {jettyId}");
        return queue;
    }
}
