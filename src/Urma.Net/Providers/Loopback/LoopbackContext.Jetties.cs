using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>Importing jetties and opening lanes to them.</summary>
internal sealed unsafe partial class LoopbackContext
{
    public override TargetJetty ImportJetty(JettyDescriptor descriptor, Token token)
    {
        ThrowIfDisposed();
        LoopbackPeer peer = Connect(descriptor.Eid, descriptor.Uasid);
        descriptor = AskForJetty(peer, in descriptor, token);
        lock (_lock)
        {
            ThrowIfDisposed();
            if (!_freeTargets.TryPop(out uint index))
            {
                index = _nextTarget++;
                if (index == _targets.Length)
                {
                    Array.Resize(ref _targets, _targets.Length * 2);
                    Array.Resize(ref _targetUses, _targetUses.Length * 2);
                }
            }

            ulong handle = ((ulong)++_targetUses[index] << 32) | index;
            var target = new LoopbackTargetJetty(this, descriptor, token, peer, handle);
            _targets[index] = target;
            return target;
        }
    }

    // liburma hands over a jetty's number alone; then its owner says which receive queue that means.
    private JettyDescriptor AskForJetty(LoopbackPeer peer, in JettyDescriptor descriptor, Token token)
    {
        bool isJetty = descriptor.JfrId == 0;
        Span<byte> payload = stackalloc byte[8];
        BitConverter.TryWriteBytes(payload, isJetty ? descriptor.JettyId : descriptor.JfrId);
        BitConverter.TryWriteBytes(payload[4..], token.Value);
        using ControlResponse response = Ask(peer, isJetty ? ControlMessage.ImportJetty : ControlMessage.ImportJfr, payload);
        if (!isJetty)
        {
            return descriptor;
        }

        return response.Payload.Length >= sizeof(uint)
            ? descriptor with { JfrId = BitConverter.ToUInt32(response.Payload) }
            : throw new UrmaException(UrmaStatus.Failed, $"{peer.Name} answered an import with {response.Payload.Length} bytes: it is broken or of another version.");
    }

    /// <summary>The target a work request names; null for a stale handle.</summary>
    public LoopbackTargetJetty? FindTarget(ulong token)
    {
        lock (_lock)
        {
            uint index = (uint)token;
            return index < _targets.Length && _targets[index] is { } target && target.Token == token ? target : null;
        }
    }

    public void Remove(LoopbackTargetJetty target)
    {
        lock (_lock)
        {
            uint index = (uint)target.Token;
            if (_targets[index] == target)
            {
                _targets[index] = null;
                _freeTargets.Push(index);
            }
        }
    }

    /// <summary>Has the peer create a lane for a send queue of ours. Not on the fabric thread.</summary>
    public LoopbackSendLane OpenLane(LoopbackTargetJetty target, uint sourceJettyId)
    {
        LoopbackPeer peer = target.Peer;
        Span<byte> payload = stackalloc byte[24];
        BitConverter.TryWriteBytes(payload, target.Descriptor.JfrId);
        BitConverter.TryWriteBytes(payload[4..], target.Secret.Value);
        BitConverter.TryWriteBytes(payload[8..], sourceJettyId);
        BitConverter.TryWriteBytes(payload[12..], LoopbackBarrier.IsRegistered ? 1u : 0u);
        BitConverter.TryWriteBytes(payload[16..], target.Descriptor.JettyId);
        BitConverter.TryWriteBytes(payload[20..], (uint)target.Token);
        using ControlResponse response = Ask(peer, ControlMessage.OpenLane, payload);
        ReadOnlySpan<byte> reply = response.Payload;
        uint depth = reply.Length < 20 ? 0 : BitConverter.ToUInt32(reply);
        uint maxSge = depth == 0 ? 0 : BitConverter.ToUInt32(reply[4..]);
        if (!IsPowerOfTwo(depth, LoopbackLayout.MaxQueueDepth) || !IsPowerOfTwo(maxSge, LoopbackLayout.MaxScatter))
        {
            throw new UrmaException(UrmaStatus.Failed, $"{peer.Name} opened a lane with impossible values: it is broken or of another version.");
        }

        uint laneId = BitConverter.ToUInt32(reply[8..]);
        uint bit = BitConverter.ToUInt32(reply[12..]);
        bool mustFence = BitConverter.ToUInt32(reply[16..]) != 0 || !LoopbackBarrier.IsRegistered;
        var mapped = new List<SharedMapping>(4);
        try
        {
            mapped.Add(MapFd(response, 0, LoopbackJfr.ReadOnlyLength((int)depth, (int)maxSge), writable: false));
            mapped.Add(MapFd(response, 1, LoopbackJfr.ClaimLength((int)depth), writable: true));
            mapped.Add(MapFd(response, 2, LoopbackDoorbell.Length, writable: true));
            mapped.Add(MapFd(response, 3, LoopbackReceiveLane.Length((int)depth), writable: true));
            var grant = new LaneGrant(
                mapped[0], mapped[1], mapped[2], mapped[3], (int)depth, (int)maxSge, laneId & ushort.MaxValue, (int)(bit % LoopbackDoorbell.MaxSources), mustFence);
            var lane = new LoopbackSendLane(target, grant, sourceJettyId) { PeerAttributes = reply.Length < 32 ? 0 : BitConverter.ToUInt64(reply[24..]) };
            lock (_lock)
            {
                _sendLanes.Add(lane);
            }

            return lane;
        }
        catch
        {
            mapped.ForEach(static m => m.Dispose());
            throw;
        }
    }

    /// <summary>Tells the jetty behind a lane that a request failed because of it.</summary>
    public void TellFault(LoopbackSendLane lane, uint sourceJettyId, CompletionStatus status)
    {
        Span<byte> payload = stackalloc byte[12];
        BitConverter.TryWriteBytes(payload, lane.Target.Descriptor.JettyId);
        BitConverter.TryWriteBytes(payload[4..], sourceJettyId);
        BitConverter.TryWriteBytes(payload[8..], (uint)status);
        _ = Plane.TryNotify(lane.Peer, ControlMessage.JettyFault, payload);
    }

    /// <summary>Gives a lane back.</summary>
    public void CloseLane(LoopbackSendLane lane)
    {
        lock (_lock)
        {
            _sendLanes.Remove(lane);
        }

        Graveyard.Bury(() =>
        {
            lane.Dispose();
            TellLane(lane.Peer, ControlMessage.CloseLane, lane.JfrId, lane.LaneId);
        });
    }

    /// <summary>No message to a jetty arrives any more, although its JFR serves others on; its senders are told.</summary>
    public void CloseLanesTo(uint jettyId)
    {
        LoopbackJfr[] queues;
        lock (_lock)
        {
            queues = [.. _receiveQueues.Values];
        }

        foreach (LoopbackJfr queue in queues)
        {
            queue.CloseLanes(lane =>
            {
                if (!lane.IsJetty || lane.LocalId != jettyId)
                {
                    return false;
                }

                TellLane(lane.Peer, ControlMessage.LaneRefused, queue.Id, lane.Id);
                return true;
            });
        }
    }

    private static bool IsPowerOfTwo(uint value, int maximum) =>
        value != 0 && value <= (uint)maximum && System.Numerics.BitOperations.IsPow2(value);

    private static SharedMapping MapFd(ControlResponse response, int index, long length, bool writable)
    {
        using MemoryFile file = MemoryFile.FromPeer(response.TakeFd(index), length);
        return file.MapShared(writable);
    }
}
