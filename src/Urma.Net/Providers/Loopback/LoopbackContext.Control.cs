using System.Globalization;
using Urma.Net.Diagnostics;
using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>What peers ask of this context. Runs on the fabric thread; everything in a request is untrusted.</summary>
internal sealed unsafe partial class LoopbackContext : IControlHandler
{
    private static readonly TimeSpan CollectInterval = TimeSpan.FromMilliseconds(20);

    void IControlHandler.OnPeerConnected(LoopbackPeer peer)
    {
        LoopbackContextPage.Check(peer.ContextPage.Pointer, peer.Name);
        peer.State = new LoopbackPeerSegments(this, peer);
        peer.Observed = Statistics.AddPeer(peer.Eid, peer.Uasid, peer.ProcessId, peer.Label);
        UrmaEvents.Report(UrmaEvent.PeerConnected, this, peer.Name);
    }

    void IControlHandler.OnRequest(LoopbackPeer peer, in ControlRequest request, ControlReply reply)
    {
        ReadOnlySpan<byte> payload = request.Payload;
        switch (request.Type)
        {
            case ControlMessage.ImportSegment when payload.Length >= 12:
                CrashPoints.Reach(CrashPoints.Import);
                FindSegment(BitConverter.ToUInt32(payload)).Grant(
                    peer, BitConverter.ToUInt32(payload[4..]), BitConverter.ToUInt32(payload[8..]), reply);
                break;
            case ControlMessage.ImportPlace when payload.Length >= 24:
                CrashPoints.Reach(CrashPoints.Import);
                FindSegmentAt(payload).Grant(peer, LoopbackSegment.AnyGeneration, BitConverter.ToUInt32(payload[20..]), reply);
                break;
            case ControlMessage.ImportJetty when payload.Length >= 8:
                reply.Write(FindQueueOfJetty(payload).Id);
                break;
            case ControlMessage.FetchSegment when payload.Length >= 4:
                CrashPoints.Reach(CrashPoints.Fetch);
                Fetch(peer, BitConverter.ToUInt32(payload), reply);
                break;
            case ControlMessage.ImportJfr when payload.Length >= 8:
                _ = FindReceiveQueue(payload);
                break;
            case ControlMessage.OpenLane when payload.Length >= 24:
                CrashPoints.Reach(CrashPoints.LaneOpen);
                OpenLane(peer, payload, reply);
                break;
            case ControlMessage.ExecuteAtomic when payload.Length >= 40:
                ExecuteAtomic(peer, payload, reply);
                break;
            default:
                reply.Fail(UrmaStatus.InvalidArgument, $"{request.Type} with {payload.Length} bytes is not a request.");
                break;
        }
    }

    void IControlHandler.OnNotice(LoopbackPeer peer, in ControlRequest notice)
    {
        ReadOnlySpan<byte> payload = notice.Payload;
        if (payload.Length < 8)
        {
            return;
        }

        uint index = BitConverter.ToUInt32(payload);
        uint second = BitConverter.ToUInt32(payload[4..]);
        switch (notice.Type)
        {
            case ControlMessage.ReleaseSegment:
                TryFindSegment(index)?.Release(peer, second);
                break;
            case ControlMessage.SegmentRevoked:
                TryFindSegment(index)?.Forget(peer, kept: second);
                break;
            case ControlMessage.RevokeSegment:
                CrashPoints.Reach(CrashPoints.Revoke);
                GiveUp(peer, index, second);
                break;
            case ControlMessage.CloseLane:
                TryFindReceiveQueue(index)?.CloseLanes(l => l.Peer == peer && l.Id == second);
                break;
            case ControlMessage.LaneRefused:
                RefuseLane(peer, index, second);
                break;
            case ControlMessage.JettyFault when payload.Length >= 12:
                FindJetty(index)?.Admission?.OnFault(peer.Uasid, second, (CompletionStatus)payload[8]);
                break;
        }
    }

    void IControlHandler.OnPeerLost(LoopbackPeer peer)
    {
        LoopbackTargetSegment[] imports;
        LoopbackSegment[] segments;
        LoopbackJfr[] receiveQueues;
        lock (_lock)
        {
            imports = [.. _targetSegments.Where(s => s.Peer == peer)];
            segments = [.. _segments.Values];
            receiveQueues = [.. _receiveQueues.Values];
            foreach (LoopbackTargetSegment import in imports)
            {
                MarkLost(import);
            }
        }

        Array.ForEach(imports, static i => i.Detach());
        foreach (LoopbackJfr queue in receiveQueues)
        {
            queue.CloseLanes(lane => lane.Peer == peer);
        }

        foreach (LoopbackSegment segment in segments)
        {
            segment.Forget(peer, kept: 0);
        }

        ((LoopbackPeerSegments?)peer.State)?.Dispose();
        Graveyard.Bury(peer.ReleaseContextPage);
        Statistics.LosePeer(peer.Observed);
        UrmaEvents.Report(UrmaEvent.PeerLost, this, peer.Name, peer.Fault);
        ThreadPool.UnsafeQueueUserWorkItem(
            static s => s.Context.OnPeerLost(new PeerLostEventArgs(s.Peer.Eid, s.Peer.Uasid, s.Peer.ProcessId, s.Peer.Fault ?? "gone")),
            (Context: this, Peer: peer),
            preferLocal: false);
    }

    TimeSpan IControlHandler.OnTick()
    {
        if (Graveyard.IsEmpty)
        {
            return Timeout.InfiniteTimeSpan;
        }

        Graveyard.Collect();
        return CollectInterval;
    }

    /// <summary>A peer wrote nonsense into its lane: it is told, so that an honest one does not go on sending into the void.</summary>
    public void OnCorruptLane(LoopbackReceiveLane lane, uint jfrId)
    {
        string reason = $"it wrote an impossible completion into its lane to receive queue {jfrId}";
        System.Diagnostics.Trace.TraceError($"{lane.Peer.Name} is not believed any more: {reason}.");
        UrmaEvents.Report(UrmaEvent.LaneRefused, this, lane.Peer.Name, reason);
        TellLane(lane.Peer, ControlMessage.LaneRefused, jfrId, lane.Id);
    }

    /// <summary>Has the owner of copied memory execute an atomic. Engine thread.</summary>
    public bool TryExecuteAtOwner(RemoteSegmentTable.Entry* target, in WorkRequest request, out ulong old)
    {
        old = 0;
        LoopbackTargetSegment? import;
        lock (_lock)
        {
            ulong token = request.Remote.Token;
            import = _targetSegments.FirstOrDefault(s => s.TableToken == token);
        }

        if (import is null)
        {
            return false;
        }

        Span<byte> payload = stackalloc byte[40];
        BitConverter.TryWriteBytes(payload, target->SegmentIndex);
        BitConverter.TryWriteBytes(payload[4..], target->Epoch);
        BitConverter.TryWriteBytes(payload[8..], (uint)request.Opcode);
        BitConverter.TryWriteBytes(payload[12..], (uint)request.Local.Length);
        BitConverter.TryWriteBytes(payload[16..], request.Remote.Offset);
        BitConverter.TryWriteBytes(payload[24..], request.Operand);
        BitConverter.TryWriteBytes(payload[32..], request.Extra.Offset);
        try
        {
            using ControlResponse response = Ask(import.Peer, ControlMessage.ExecuteAtomic, payload);
            if (response.Payload.Length < 8)
            {
                return false;
            }

            old = BitConverter.ToUInt64(response.Payload);
            return true;
        }
        catch (UrmaException)
        {
            return false;
        }
    }

    private void ExecuteAtomic(LoopbackPeer peer, ReadOnlySpan<byte> payload, ControlReply reply)
    {
        LoopbackSegment segment = FindSegment(BitConverter.ToUInt32(payload));
        uint epoch = BitConverter.ToUInt32(payload[4..]);
        var opcode = (Opcode)BitConverter.ToUInt32(payload[8..]);
        uint width = BitConverter.ToUInt32(payload[12..]);
        ulong offset = BitConverter.ToUInt64(payload[16..]);
        if (!segment.IsImportedBy(peer, epoch)
            || (segment.Access & SegmentAccess.Atomic) == 0
            || opcode is < Opcode.CompareSwap or > Opcode.FetchXor
            || width is not (4 or 8)
            || offset > (ulong)segment.Length
            || width > (ulong)segment.Length - offset
            || (((ulong)segment.Address + offset) & (width - 1)) != 0)
        {
            reply.Fail(UrmaStatus.OperationNotPermitted, "The atomic is not granted: out of bounds, misaligned, revoked, or without SegmentAccess.Atomic.");
            return;
        }

        reply.Write(LoopbackAtomics.Execute(
            opcode, (byte*)segment.Address + offset, width == 8, BitConverter.ToUInt64(payload[24..]), BitConverter.ToUInt64(payload[32..])));
    }

    private void Fetch(LoopbackPeer peer, uint index, ControlReply reply)
    {
        LoopbackSegment segment = FindSegment(index);
        bool hasLane;
        lock (_lock)
        {
            hasLane = _receiveQueues.Values.Any(q => q.HasLaneOf(peer));
        }

        if (!hasLane || LocalSegments[(ushort)index].IsReceiveBuffer == 0)
        {
            reply.Fail(UrmaStatus.OperationNotPermitted, $"Segment {index} holds no posted receive that you may fill.");
            return;
        }

        segment.GrantForReceive(peer, reply);
    }

    private void OpenLane(LoopbackPeer peer, ReadOnlySpan<byte> payload, ControlReply reply)
    {
        LoopbackJfr queue = FindReceiveQueue(payload);
        IJettyAdmission? admission = FindJetty(BitConverter.ToUInt32(payload[16..]))?.Admission;
        if (admission is not null && !admission.Admits(peer.Uasid, BitConverter.ToUInt32(payload[8..])))
        {
            reply.Fail(UrmaStatus.TryAgain, "The jetty is not connected to you (yet).");
            return;
        }

        LoopbackReceiveLane lane = queue.OpenLane(
            peer, BitConverter.ToUInt32(payload[8..]), BitConverter.ToUInt32(payload[16..]), BitConverter.ToUInt32(payload[20..]));
        bool senderHasBarrier = BitConverter.ToUInt32(payload[12..]) != 0;
        reply.Write((uint)queue.Depth);
        reply.Write((uint)queue.MaxSge);
        reply.Write(lane.Id);
        reply.Write((uint)lane.Bit);
        reply.Write(senderHasBarrier && LoopbackBarrier.IsRegistered ? 0u : 1u);
        reply.Write(queue.Id);
        reply.Write(admission?.Attributes ?? 0);
        reply.AddFd(queue.ReadOnlyDescriptor);
        reply.AddFd(queue.ClaimDescriptor);
        reply.AddFd(lane.Jfc.Doorbell.Descriptor);
        reply.AddFd(lane.Descriptor);
    }

    void IControlHandler.OnRefused(string reason) => UrmaEvents.Report(UrmaEvent.ConnectionRefused, this, reason);

    internal override bool IsEngineGone(uint uasid)
    {
        try
        {
            _ = Connect(Eid, uasid);
            return false;
        }
        catch (UrmaException error)
        {
            return error.ProvesAbsence;
        }
    }

    private LoopbackPeer Connect(Eid eid, uint uasid)
    {
        try
        {
            return Plane.GetPeer(eid, uasid, Options.ControlTimeout);
        }
        catch (UrmaException error)
        {
            UrmaEvents.Report(UrmaEvent.ControlRequestFailed, this, "Connect", error.Message);
            throw;
        }
    }

    private ControlResponse Ask(LoopbackPeer peer, ControlMessage type, ReadOnlySpan<byte> payload)
    {
        try
        {
            return Plane.Request(peer, type, payload, default, Options.ControlTimeout);
        }
        catch (UrmaException error)
        {
            UrmaEvents.Report(UrmaEvent.ControlRequestFailed, this, type.ToString(), error.Message);
            throw;
        }
    }

    // Leaves every grant of a segment but the newest, then confirms: at once where scratch memory took the place of the mapping,
    // after the last running operation where the kernel copies.
    private void GiveUp(LoopbackPeer peer, uint index, uint newEpoch)
    {
        LoopbackTargetSegment[] imports;
        lock (_lock)
        {
            imports = [.. _targetSegments.Where(s => s.Peer == peer && s.Index == index && s.Epoch != newEpoch)];
        }

        Array.ForEach(imports, static i => i.Detach());
        if (imports.Length != 0)
        {
            UrmaEvents.Report(UrmaEvent.ImportRevoked, this, peer.Name, index.ToString(CultureInfo.InvariantCulture));
        }

        bool copies = Array.Exists(imports, static i => i.Mode == SegmentMode.Copied);
        copies |= peer.State is LoopbackPeerSegments segments && segments.Revoke(index, newEpoch);
        if (copies)
        {
            Graveyard.Bury(() => ConfirmRevoked(peer, index, newEpoch));
        }
        else
        {
            ConfirmRevoked(peer, index, newEpoch);
        }
    }

    private void ConfirmRevoked(LoopbackPeer peer, uint index, uint newEpoch)
    {
        Span<byte> payload = stackalloc byte[8];
        BitConverter.TryWriteBytes(payload, index);
        BitConverter.TryWriteBytes(payload[4..], newEpoch);
        _ = Plane.TryNotify(peer, ControlMessage.SegmentRevoked, payload);
    }

    private void RefuseLane(LoopbackPeer peer, uint jfrId, uint laneId)
    {
        lock (_lock)
        {
            foreach (LoopbackSendLane lane in _sendLanes)
            {
                if (lane.Peer == peer && lane.JfrId == jfrId && lane.LaneId == laneId)
                {
                    lane.IsRefused = true;
                }
            }
        }
    }

    void IControlHandler.OnLateReply(LoopbackPeer peer, in ControlRequest reply)
    {
        ReadOnlySpan<byte> payload = reply.Payload;
        if (reply.Type is ControlMessage.ImportSegment or ControlMessage.ImportPlace or ControlMessage.FetchSegment && payload.Length >= 44)
        {
            TellReleased(peer, BitConverter.ToUInt32(payload[40..]), BitConverter.ToUInt32(payload));
        }
        else if (reply.Type == ControlMessage.OpenLane && payload.Length >= 24)
        {
            TellLane(peer, ControlMessage.CloseLane, BitConverter.ToUInt32(payload[20..]), BitConverter.ToUInt32(payload[8..]));
        }
    }

    private void TellLane(LoopbackPeer peer, ControlMessage what, uint jfrId, uint laneId)
    {
        Span<byte> payload = stackalloc byte[8];
        BitConverter.TryWriteBytes(payload, jfrId);
        BitConverter.TryWriteBytes(payload[4..], laneId);
        _ = Plane.TryNotify(peer, what, payload);
    }

    private LoopbackSegment? TryFindSegment(uint index)
    {
        lock (_lock)
        {
            return _segments.GetValueOrDefault(index);
        }
    }

    private LoopbackSegment FindSegment(uint index) =>
        TryFindSegment(index)
        ?? throw new UrmaException(UrmaStatus.InvalidArgument, $"Segment {index} does not exist (any more): exchange descriptors again.");

    // Of several at one place the one whose token was shown: registering memory again under another token is usual.
    private LoopbackSegment FindSegmentAt(ReadOnlySpan<byte> payload)
    {
        ulong address = BitConverter.ToUInt64(payload);
        long length = BitConverter.ToInt64(payload[8..]);
        uint tokenId = BitConverter.ToUInt32(payload[16..]);
        uint token = BitConverter.ToUInt32(payload[20..]);
        lock (_lock)
        {
            LoopbackSegment? found = null;
            foreach (LoopbackSegment segment in _segments.Values)
            {
                if (segment.IsAt(address, length, tokenId) && (found is null || segment.Admits(token)))
                {
                    found = segment;
                }
            }

            return found ?? throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"There is no segment of {length} bytes at 0x{address:x} with the token id {tokenId} (any more): exchange descriptors again.");
        }
    }

    private LoopbackJfr FindQueueOfJetty(ReadOnlySpan<byte> payload)
    {
        uint id = BitConverter.ToUInt32(payload);
        LoopbackJfr queue = FindJetty(id)?.ReceiveQueue as LoopbackJfr
            ?? throw new UrmaException(UrmaStatus.InvalidArgument, $"Jetty {id} does not exist (any more): exchange descriptors again.");
        return Admitted(queue, BitConverter.ToUInt32(payload[4..]));
    }

    /// <summary>A jetty of this context; null where there is none (any more). Not a bare JFS, which takes no messages.</summary>
    public LoopbackJetty? FindJetty(uint id)
    {
        lock (_lock)
        {
            return _sendQueues.Find(q => q.Id == id) as LoopbackJetty;
        }
    }

    private LoopbackJfr? TryFindReceiveQueue(uint id)
    {
        lock (_lock)
        {
            return _receiveQueues.GetValueOrDefault(id);
        }
    }

    private LoopbackJfr FindReceiveQueue(ReadOnlySpan<byte> payload)
    {
        uint id = BitConverter.ToUInt32(payload);
        LoopbackJfr queue = TryFindReceiveQueue(id)
            ?? throw new UrmaException(UrmaStatus.InvalidArgument, $"Receive queue {id} does not exist (any more): exchange descriptors again.");
        return Admitted(queue, BitConverter.ToUInt32(payload[4..]));
    }

    private static LoopbackJfr Admitted(LoopbackJfr queue, uint token) => queue.IsOpen || queue.Token.Value == token
        ? queue
        : throw new UrmaException(UrmaStatus.OperationNotPermitted, $"The token does not match receive queue {queue.Id}: exchange token and descriptor again.");
}
