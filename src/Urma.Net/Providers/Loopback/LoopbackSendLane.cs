using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// The sending end of a lane: claims a posted receive of the peer's and writes the completion into the peer's memory. Used by
/// one send queue, under its rules of threading.
/// </summary>
/// <remarks>Everything read from shared memory is checked: the peer may have written anything there.</remarks>
internal sealed unsafe class LoopbackSendLane : IDisposable
{
    /// <summary>Most receives claimed in one go.</summary>
    public const int MaxRun = 16;

    // After this many claims by others in a row the shared hint is read instead of scanning on.
    private const int ScansBeforeHint = 4;

    // A run of messages uses four lines of descriptors.
    private const int PrefetchDistance = 16;

    // The hint is written every eighth claim: it only shortens scans, and its line is shared by all senders.
    private const int HintInterval = 7;

    private readonly SharedMapping _readOnly;
    private readonly SharedMapping _claimMapping;
    private readonly SharedMapping _doorbellMapping;
    private readonly SharedMapping _laneMapping;
    private readonly LaneEntry* _entries;
    private readonly ReceiveDescriptor* _descriptors;
    private readonly ulong* _claims;
    private readonly ReceiveDescriptor* _claimed;
    private readonly long* _hint;
    private readonly long* _tail;
    private readonly uint* _closed;
    private readonly uint* _armed;
    private readonly byte* _doorbell;
    private readonly uint _mask;
    private readonly int _depthLog2;
    private readonly int _bit;
    private readonly bool _mustFence;
    private readonly uint _laneId;
    private readonly uint _sourceJettyId;
    private readonly int _longestRun;
    private bool _holdsClaim;
    private long _heldPosition;
    private long _head;
    private long _tailSeen;
    private uint _written;

    public LoopbackSendLane(LoopbackTargetJetty target, in LaneGrant grant, uint sourceJettyId)
    {
        Target = target;
        Peer = target.Peer;
        LaneId = grant.LaneId;
        Segments = (LoopbackPeerSegments)Peer.State!;
        JfrId = target.Descriptor.JfrId;
        _laneId = grant.LaneId;
        _sourceJettyId = sourceJettyId;
        _readOnly = grant.ReadOnly;
        _claimMapping = grant.Claims;
        _doorbellMapping = grant.Doorbell;
        _laneMapping = grant.Lane;
        MaxScatter = grant.MaxSge;
        _mask = (uint)grant.Depth - 1;
        // A sender that stops between claiming and writing must not hold all receives of a short queue.
        _longestRun = Math.Clamp(grant.Depth / 4, 1, MaxRun);
        _depthLog2 = BitOperations.Log2((uint)grant.Depth);
        _bit = grant.Bit;
        _mustFence = grant.MustFence;
        _entries = (LaneEntry*)(_laneMapping.Pointer + LoopbackReceiveLane.EntriesOffset);
        _armed = (uint*)(_laneMapping.Pointer + LoopbackReceiveLane.ArmedOffset);
        _descriptors = (ReceiveDescriptor*)(_readOnly.Pointer + LoopbackJfr.DescriptorsOffset);
        _tail = (long*)(_readOnly.Pointer + LoopbackJfr.TailOffset);
        _closed = (uint*)(_readOnly.Pointer + LoopbackJfr.ClosedOffset);
        _hint = (long*)(_claimMapping.Pointer + LoopbackJfr.HintOffset);
        _claims = (ulong*)(_claimMapping.Pointer + LoopbackJfr.ClaimsOffset);
        _claimed = (ReceiveDescriptor*)SparseMemory.Allocate(ClaimedLength);
        _doorbell = _doorbellMapping.Pointer;
    }

    public LoopbackTargetJetty Target { get; }

    public LoopbackPeer Peer { get; }

    /// <summary>The peer's receive buffers, mapped as they are met.</summary>
    public LoopbackPeerSegments Segments { get; }

    public uint LaneId { get; }

    public uint JfrId { get; }

    /// <summary>What the jetty behind it says of itself: <see cref="IJettyAdmission.Attributes"/>.</summary>
    public ulong PeerAttributes { get; init; }

    public int MaxScatter { get; }

    private long ClaimedLength => MaxRun * (long)MaxScatter * sizeof(ReceiveDescriptor);

    public bool IsClosed
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref *_closed) != 0;
    }

    /// <summary>Whether target, peer and receive queue are all still there.</summary>
    public bool IsUsable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !IsClosed && !IsRefused && Peer.IsAlive && !Target.IsDisposed;
    }

    /// <summary>The receiver does not believe this lane any more.</summary>
    public bool IsRefused { get; set; }

    /// <summary>The buffers of the receive claimed last, or first in a run: <see cref="MaxScatter"/> for each, copied before it was claimed.</summary>
    public ReceiveDescriptor* Claimed => _claimed;

    /// <summary>
    /// Claims the next posted receive and copies its buffers to <see cref="Claimed"/>. False when there is none: the receiver is
    /// not ready.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryClaim(out long position)
    {
        if (_holdsClaim)
        {
            _holdsClaim = false;
            position = _heldPosition;
            return true;
        }

        long head = _head;
        position = head;
        return head < _tailSeen && TryClaimAt(head, _claimed) ? Claim(head) : TryClaimSlow(out position, _claimed);
    }

    /// <summary>Keeps the receive claimed last, with its buffers in <see cref="Claimed"/>: the next claim gets it.</summary>
    public void Hold(long position)
    {
        _heldPosition = position;
        _holdsClaim = true;
    }

    /// <summary>
    /// Claims up to <paramref name="wanted"/> receives, at most <see cref="MaxRun"/> and a quarter of the queue. A claim is a locked instruction, which waits for
    /// the stores before it: claiming first and writing the entries after lets the entries' cache lines arrive side by side.
    /// </summary>
    /// <returns>How many there were.</returns>
    public int TryClaim(int wanted, long* positions)
    {
        wanted = Math.Min(wanted, _longestRun);
        int claimed = 0;
        if (_holdsClaim)
        {
            _holdsClaim = false;
            positions[claimed++] = _heldPosition;
        }

        while (claimed < wanted)
        {
            long head = _head;
            ReceiveDescriptor* buffers = _claimed + (claimed * MaxScatter);
            if (head < _tailSeen && TryClaimAt(head, buffers))
            {
                _ = Claim(head);
            }
            else if (!TryClaimSlow(out head, buffers))
            {
                break;
            }

            positions[claimed++] = head;
        }

        return claimed;
    }

    // The buffers are copied first: a claimed position can be offered again, with other buffers, as soon as every other receive
    // went round once. That the claim succeeds proves that the copy was still good.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryClaimAt(long head, ReceiveDescriptor* buffers)
    {
        ref ulong claim = ref _claims[head & _mask];
        ulong use = (ulong)(head >> _depthLog2) + 1;
        ulong seen = Volatile.Read(ref claim);
        if (seen >> LoopbackLayout.LaneBits != use - 1)
        {
            return false;
        }

        ReceiveDescriptor* source = _descriptors + ((head & _mask) * MaxScatter);
        *buffers = *source;
        if (MaxScatter > 1)
        {
            Unsafe.CopyBlock(buffers, source, (uint)(MaxScatter * sizeof(ReceiveDescriptor)));
        }

        return Interlocked.CompareExchange(ref claim, (use << LoopbackLayout.LaneBits) | _laneId, seen) == seen;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Claim(long head)
    {
        if (CrashPoints.Enabled)
        {
            CrashPoints.Reach(CrashPoints.Claim);
        }

        _head = head + 1;
        if ((head & HintInterval) == 0)
        {
            *_hint = head + 1;
        }

        // The receiver wrote these descriptors long ago: fetch them while nobody waits for them. Not those it is about to write.
        if (Sse.IsSupported && head + PrefetchDistance < _tailSeen)
        {
            Sse.Prefetch0(_descriptors + (((head + PrefetchDistance) & _mask) * MaxScatter));
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryClaimSlow(out long position, ReceiveDescriptor* buffers)
    {
        int scans = 0;

        // More than two laps of others' claims in one go is not what a receiver and its senders do.
        for (long left = 2L << _depthLog2; left > 0 && HasTail(); left--)
        {
            position = _head;
            if (TryClaimAt(position, buffers))
            {
                return Claim(position);
            }

            _head = position + 1;
            if (++scans == ScansBeforeHint)
            {
                scans = 0;
                long hint = Volatile.Read(ref *_hint);
                if (hint > _head && hint <= _tailSeen)
                {
                    _head = hint;
                }
            }
        }

        position = 0;
        return false;
    }

    private bool HasTail()
    {
        if (_head < _tailSeen)
        {
            return true;
        }

        long tail = Volatile.Read(ref *_tail);
        long ahead = tail - _head;

        // A lane that was idle may be laps behind: nothing older than one lap can still be unclaimed.
        if (ahead > (long)_mask + 1)
        {
            _head = tail - _mask - 1;
        }

        _tailSeen = tail;
        return _head < tail;
    }

    /// <summary>The entry to fill for a claimed receive; publish it afterwards.</summary>
    public LaneEntry* Next
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _entries + (_written & _mask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Publish(LaneEntry* entry, long position, uint slot, ulong result, ulong value, ReceiveOpcode opcode, bool isInline)
    {
        PublishCore(entry, position, result, value, LaneEntry.PackOrigin(_sourceJettyId, slot, opcode, isInline));
    }

    /// <summary>Publishes several messages in one entry; their payload is in it already.</summary>
    /// <param name="entry">From <see cref="Next"/>.</param>
    /// <param name="position">Of the first; the others follow without a gap.</param>
    /// <param name="count">2 to <see cref="LaneEntry.MaxPacked"/>.</param>
    /// <param name="lengths">A byte for each.</param>
    /// <param name="slots">16 bits for each.</param>
    /// <param name="flags">Of all of them.</param>
    public void PublishPacked(LaneEntry* entry, long position, int count, ulong lengths, ulong slots, CompletionFlags flags)
    {
        ulong origin = LaneEntry.PackOrigin(_sourceJettyId, (uint)count, (ReceiveOpcode)LaneEntry.PackedOpcode, isInline: true);
        PublishCore(entry, position, lengths | ((ulong)flags << 56), slots, origin);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PublishCore(LaneEntry* entry, long position, ulong result, ulong value, ulong origin)
    {
        if (CrashPoints.Enabled)
        {
            CrashPoints.Reach(CrashPoints.Copy);
        }

        entry->Result = result;
        entry->Value = value;
        entry->Origin = origin;
        Volatile.Write(ref entry->SequenceAndPosition, LaneEntry.PackSequence(++_written, position));
        if (_mustFence)
        {
            Interlocked.MemoryBarrier();
        }

        if (CrashPoints.Enabled)
        {
            CrashPoints.Reach(CrashPoints.Written);
        }

        if (Volatile.Read(ref *_armed) != 0)
        {
            LoopbackDoorbell.Ring(_doorbell, _bit, CompletionSource.IsSolicited(result));
        }

        if (CrashPoints.Enabled)
        {
            CrashPoints.Reach(CrashPoints.Publish);
        }
    }

    public void Dispose()
    {
        SparseMemory.Free(_claimed, ClaimedLength);
        _laneMapping.Dispose();
        _readOnly.Dispose();
        _claimMapping.Dispose();
        _doorbellMapping.Dispose();
    }
}
