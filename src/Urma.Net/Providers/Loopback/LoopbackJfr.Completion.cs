using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>What the poller does with receives: believe a completion or not, take back a dead sender's claims, flush.</summary>
internal sealed unsafe partial class LoopbackJfr
{
    public const int ClosedOffset = 2 * LoopbackLayout.LineSpacing;

    private readonly Dictionary<uint, LoopbackReceiveLane> _lanes = [];
    private readonly HashSet<uint> _lostLanes = [];
    private uint _nextLane;
    private int _lanesAttached;
    private PrivateRing? _flushRing;
    private long _flushDeadline;
    private bool _unclaimedFlushed;

    // Lanes to jetties that report elsewhere have pollers of their own; set before the first of them is polled.
    private volatile bool _hasManyPollers;
    private SpinLock _freeLock = new(enableThreadOwnerTracking: false);

    /// <summary>
    /// Checks an entry that a sender wrote against our own records, takes in an inline payload, and frees the slot. Poller only.
    /// </summary>
    /// <returns>False where the entry contradicts our records.</returns>
    public bool TryComplete(LoopbackJfc jfc, LaneEntry* entry, out Completion completion)
    {
        // Every field is read once: the sender can still write to the entry.
        ulong result = entry->Result;
        var delivery = new Delivery
        {
            Slot = entry->Slot,
            Position = entry->Position,
            Length = (long)(result & ((1UL << 48) - 1)),
            Status = (CompletionStatus)(byte)(result >> 48),
            Flags = (CompletionFlags)(byte)(result >> 56),
            Opcode = (ReceiveOpcode)entry->Opcode,
            Payload = entry->IsInline != 0 ? entry->Payload : null,
        };
        if (delivery.Payload != null && delivery.Length > LoopbackLayout.EntryInlineLength)
        {
            completion = default;
            return false;
        }

        return TryComplete(jfc, in delivery, out completion);
    }

    /// <summary>The same for one of the messages of a packed entry, whose length was checked against what the entry holds.</summary>
    public bool TryCompletePacked(LoopbackJfc jfc, LaneEntry* entry, int index, int length, byte* payload, out Completion completion)
    {
        var delivery = new Delivery
        {
            Slot = (ushort)(entry->Value >> (16 * index)),
            Position = entry->Position + (uint)index,
            Length = length,
            Status = CompletionStatus.Success,
            Flags = (CompletionFlags)(byte)(entry->Result >> 56) & CompletionFlags.Solicited,
            Opcode = ReceiveOpcode.Send,
            Payload = payload,
        };
        return TryComplete(jfc, in delivery, out completion);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryComplete(LoopbackJfc jfc, in Delivery delivery, out Completion completion)
    {
        uint slot = delivery.Slot;
        ReceiveSlot* record = _slots + (slot & _mask);
        CompletionStatus status = delivery.Status;
        if (_slots == null
            || slot > _mask
            || Volatile.Read(ref record->State) != ReceiveSlot.Posted
            || (uint)record->Position != delivery.Position
            || status is not (CompletionStatus.Success or CompletionStatus.LocalLengthError or CompletionStatus.LocalAccessError)
            || delivery.Opcode > ReceiveOpcode.WriteWithImmediate
            || (status == CompletionStatus.Success && delivery.Length > record->Length && delivery.Opcode != ReceiveOpcode.WriteWithImmediate))
        {
            completion = default;
            return false;
        }

        if (delivery.Payload != null && delivery.Length != 0 && status == CompletionStatus.Success
            && delivery.Opcode != ReceiveOpcode.WriteWithImmediate
            && !TakeInline(jfc, delivery.Payload, record, slot, (int)delivery.Length))
        {
            status = CompletionStatus.LocalAccessError;
        }

        CompletionFlags flags = (delivery.Flags & (CompletionFlags.Immediate | CompletionFlags.Solicited)) | CompletionFlags.Receive;
        completion = new Completion(record->UserContext, status == CompletionStatus.Success ? delivery.Length : 0, status, flags);
        Volatile.Write(ref record->State, ReceiveSlot.Free);
        Free(slot);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TakeInline(LoopbackJfc jfc, byte* payload, ReceiveSlot* record, uint slot, int length)
    {
        if (record->Pieces != 1)
        {
            return TakeInlineScattered(jfc, payload, slot, record->Pieces, length);
        }

        // Whoever deregisters the buffer waits for the poller to leave this stretch before it unmaps.
        jfc.EnterCopy();
        if (!LocalSegmentTable.Contains(_context.LocalSegments, record->Buffer))
        {
            jfc.LeaveCopy();
            return false;
        }

        if (length == 8)
        {
            Unsafe.WriteUnaligned((void*)record->Buffer.Address, Unsafe.ReadUnaligned<ulong>(payload));
        }
        else
        {
            Unsafe.CopyBlockUnaligned((void*)record->Buffer.Address, payload, (uint)length);
        }

        jfc.LeaveCopy();
        return true;
    }

    private bool TakeInlineScattered(LoopbackJfc jfc, byte* source, uint slot, int pieces, int length)
    {
        jfc.EnterCopy();
        for (int i = 0; i < pieces && length > 0; i++)
        {
            SegmentRange piece = _scatter[(slot * MaxSge) + i];
            if (!LocalSegmentTable.Contains(_context.LocalSegments, piece))
            {
                jfc.LeaveCopy();
                return false;
            }

            uint part = (uint)Math.Min(length, piece.Length);
            Unsafe.CopyBlockUnaligned((void*)piece.Address, source, part);
            source += part;
            length -= (int)part;
        }

        jfc.LeaveCopy();
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Free(uint slot)
    {
        if (_hasManyPollers)
        {
            FreeShared(slot);
        }
        else
        {
            FreeCore(slot);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FreeShared(uint slot)
    {
        bool locked = false;
        _freeLock.Enter(ref locked);
        FreeCore(slot);
        _freeLock.Exit();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FreeCore(uint slot)
    {
        long returned = _freeReturned;
        _freeSlots[(uint)returned & _mask] = slot;
        Volatile.Write(ref _freeReturned, returned + 1);
        if (Observability.IsOn)
        {
            _counters->Ended = (ulong)(returned + 1 - Depth);
        }
    }

    /// <summary>Opens a lane for a sender and starts polling it. Fabric thread.</summary>
    /// <param name="peer">Whose queue it is.</param>
    /// <param name="sourceJettyId">The sender's queue.</param>
    /// <param name="targetJettyId">The jetty of ours it sends to; 0 for the bare queue.</param>
    /// <param name="sourceTarget">Which import of the sender's: a queue has one lane for each.</param>
    public LoopbackReceiveLane OpenLane(Control.LoopbackPeer peer, uint sourceJettyId, uint targetJettyId, uint sourceTarget)
    {
        lock (_lanes)
        {
            if (_closed)
            {
                throw new UrmaException(UrmaStatus.Failed, $"The receive queue {Id} is closed.");
            }

            if (_lanes.Count == LoopbackLayout.MaxLanesPerJfr)
            {
                throw new UrmaException(UrmaStatus.OutOfMemory, $"{_lanes.Count} senders use the receive queue {Id} already.");
            }

            // A queue that opens a lane again has lost the former one.
            foreach (LoopbackReceiveLane former in _lanes.Values)
            {
                if (former.Peer == peer && former.SourceJettyId == sourceJettyId && former.SourceTarget == sourceTarget)
                {
                    former.Jfc.Close(former);
                }
            }

            do
            {
                _nextLane = (_nextLane % LoopbackLayout.MaxLanesPerJfr) + 1;
            }
            while (_lanes.ContainsKey(_nextLane));

            LoopbackJetty? target = _context.FindJetty(targetJettyId);
            LoopbackJfc jfc = target?.LaneJfc ?? _jfc;
            _hasManyPollers |= jfc != _jfc;
            var lane = LoopbackReceiveLane.Create(this, jfc, _nextLane, peer, sourceJettyId, sourceTarget);
            lane.IsJetty = target is not null;
            lane.LocalId = target?.Id ?? Id;
            lane.Owner = target?.Face ?? Face;
            try
            {
                jfc.Attach(lane);
            }
            catch
            {
                lane.Release();
                throw;
            }

            _lanes.Add(lane.Id, lane);
            _lanesAttached++;
            _counters->Waiting = _lanesAttached;
            return lane;
        }
    }

    /// <summary>Whether a peer may send here, that is, showed the token.</summary>
    public bool HasLaneOf(Control.LoopbackPeer peer)
    {
        lock (_lanes)
        {
            return _lanes.Values.Any(lane => lane.Peer == peer);
        }
    }

    /// <summary>A sender is gone: what it had finished is still delivered, what it had claimed is offered again.</summary>
    public void CloseLanes(Func<LoopbackReceiveLane, bool> which)
    {
        lock (_lanes)
        {
            foreach (LoopbackReceiveLane lane in _lanes.Values.Where(which))
            {
                lane.Jfc.Close(lane);
            }
        }
    }

    /// <summary>Poller: a sender wrote what contradicts our records.</summary>
    public void OnLanePoisoned(LoopbackReceiveLane lane) => _context.OnCorruptLane(lane, Id);

    /// <summary>Poller, once a closing lane is empty.</summary>
    public void OnLaneDetached(LoopbackReceiveLane lane)
    {
        if (!_closed)
        {
            OfferAgain(lane.Id);
        }

        lock (_lanes)
        {
            if (_closed)
            {
                _lostLanes.Add(lane.Id);
            }

            _lanes.Remove(lane.Id);
            _lanesAttached--;
            if (!_closed)
            {
                _counters->Waiting = _lanesAttached;
            }
        }

        lane.Release();
    }

    private void OfferAgain(uint laneId)
    {
        bool locked = false;
        _postLock.Enter(ref locked);
        long tail = _tail;
        for (uint slot = 0; slot < Depth; slot++)
        {
            ReceiveSlot* record = _slots + slot;
            if (record->State == ReceiveSlot.Posted && ClaimantOf(record, slot) == laneId)
            {
                Place(tail++, slot);
            }
        }

        Publish(tail);
        _postLock.Exit();
    }

    private uint ClaimantOf(ReceiveSlot* record, uint slot)
    {
        if (record->Claimant != 0)
        {
            return record->Claimant;
        }

        uint index = (uint)record->Position & _mask;
        if (_slotAt[index] != slot)
        {
            return 0;
        }

        ulong claim = Volatile.Read(ref _claimWords[index]);
        ulong use = (ulong)(record->Position >> _depthLog2) + 1;
        return claim >> LoopbackLayout.LaneBits == use ? (uint)(claim & LoopbackLayout.LaneMask) : 0;
    }

    private protected override void DisposeCore()
    {
        bool locked = false;
        _postLock.Enter(ref locked);
        bool wasClosed = _closed;
        _closed = true;
        _postLock.Exit();
        if (wasClosed)
        {
            return;
        }

        Volatile.Write(ref *(uint*)(_readOnly.Pointer + ClosedOffset), 1);
        _flushDeadline = TimeLimit.After(_context.Options.RevocationTimeout);
        _flushRing = new PrivateRing(Depth, _jfc.Doorbell, OnFlushRingDetached) { LocalId = Id, Owner = Face };
        _jfc.Attach(_flushRing);
        _jfc.FlushWhenDrained(this);
        _jfc.Release(Depth);
        _context.Remove(this);
    }

    /// <summary>
    /// Completes what was not filled. A receive nobody claimed is claimed here, so that nobody can any more; one that a living
    /// sender has claimed is waited for, up to the revocation timeout. Poller only.
    /// </summary>
    /// <returns>False while a sender still holds a receive.</returns>
    public bool TryFlush()
    {
        bool giveUp = TimeLimit.HasPassed(_flushDeadline);
        bool held = false;
        for (uint slot = 0; slot < Depth; slot++)
        {
            ReceiveSlot* record = _slots + slot;
            if (record->State != ReceiveSlot.Posted)
            {
                continue;
            }

            uint claimant = _unclaimedFlushed ? ClaimantOf(record, slot) : ClaimOwn(record, slot);
            if (claimant != 0 && !giveUp && !IsLost(claimant))
            {
                held = true;
                continue;
            }

            record->State = ReceiveSlot.Free;
            _flushRing!.Push(record->UserContext, 0, CompletionStatus.WorkRequestFlushed, CompletionFlags.Receive, 0);
            Free(slot);
        }

        _unclaimedFlushed = true;
        if (held)
        {
            return false;
        }

        CloseLanes(static _ => true);
        _jfc.Close(_flushRing!);
        return true;
    }

    private bool IsLost(uint lane)
    {
        lock (_lanes)
        {
            return _lostLanes.Contains(lane);
        }
    }

    // Takes an unclaimed receive for ourselves; otherwise says which lane has it.
    private uint ClaimOwn(ReceiveSlot* record, uint slot)
    {
        uint index = (uint)record->Position & _mask;
        if (record->Claimant != 0 || _slotAt[index] != slot)
        {
            return ClaimantOf(record, slot);
        }

        ulong use = (ulong)(record->Position >> _depthLog2) + 1;
        ulong seen = Volatile.Read(ref _claimWords[index]);
        while (seen >> LoopbackLayout.LaneBits != use)
        {
            ulong before = Interlocked.CompareExchange(ref _claimWords[index], use << LoopbackLayout.LaneBits, seen);
            if (before == seen)
            {
                return 0;
            }

            seen = before;
        }

        return (uint)(seen & LoopbackLayout.LaneMask);
    }

    private void OnFlushRingDetached()
    {
        _context.Statistics.Return(_counters);
        _flushRing!.Free();
        _readOnly.Dispose();
        _readOnlyFile.Dispose();
        _claims.Dispose();
        _claimFile.Dispose();
        ReceiveSlot* slots = _slots;
        _slots = null;
        SparseMemory.Free(slots, PrivateLength);
    }

    /// <summary>What a sender says it has delivered.</summary>
    private ref struct Delivery
    {
        public uint Slot;
        public uint Position;
        public long Length;
        public CompletionStatus Status;
        public CompletionFlags Flags;
        public ReceiveOpcode Opcode;

        /// <summary>The message, where it travelled in the entry.</summary>
        public byte* Payload;
    }
}
