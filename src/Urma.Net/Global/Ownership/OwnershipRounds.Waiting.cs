using System.Diagnostics;
using System.Numerics;
using Urma.Net.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <content>Waiting: in the queue for what is promised to others, at the granules for what others use.</content>
internal sealed unsafe partial class OwnershipRounds
{
    // A request in the queue looks at everything again after so many slices, whatever it was told.
    private const int SleepsPerRound = 20;

    private readonly Lock _slots = new();
    private LatencyHistogram _waits;
    private long _rounds;
    private long _switches;
    private long _timeouts;
    private int _freeSlots = (1 << DirectoryLayout.SlotsPerMember) - 1;
    private int _queuedSlots;

    // Whether a request that came earlier waits for something that collides.
    private bool IsBehindOlder(OwnershipRequest request, ReadOnlySpan<GranuleRun> wanted)
    {
        ulong older = FindOlder(request, wanted);
        request.Blockers |= older;
        return older != 0;
    }

    private ulong FindOlder(OwnershipRequest request, ReadOnlySpan<GranuleRun> wanted)
    {
        ulong older = 0;
        for (ulong rest = Volatile.Read(ref _directory.Queued); rest != 0; rest &= rest - 1)
        {
            int member = BitOperations.TrailingZeroCount(rest);
            for (int slot = 0; slot < DirectoryLayout.SlotsPerMember; slot++)
            {
                RequestSlot other = _directory.Slot(member, slot);
                ulong ticket = Volatile.Read(ref other.Ticket);
                bool isOlder = ticket != 0 && (request.Ticket == 0 || ticket < request.Ticket);
                if (isOlder && !(member == _self && slot == request.Slot) && other.ConflictsWith(wanted))
                {
                    older |= 1ul << member;
                    break;
                }
            }
        }

        return older;
    }

    // Inside the order, for a request that will wait: shows it to others. False where there is no place for it.
    private bool TryPrepare(OwnershipRequest request)
    {
        if (request.WaitBegin == 0)
        {
            request.WaitBegin = Stopwatch.GetTimestamp();
        }

        if (Guard is null && !request.HasWanted)
        {
            return true;
        }

        if (request.Slot < 0)
        {
            request.Slot = TakeSlot();
            if (request.Slot < 0)
            {
                Undo(request);
                return false;
            }
        }

        if (!request.IsShown)
        {
            request.IsShown = true;
            _directory.Slot(_self, request.Slot).Fill(request.Runs);
        }

        if (request.HasWanted && request.Ticket == 0)
        {
            request.Ticket = Math.Max(1, Interlocked.Increment(ref _directory.Ticket));
            request.IsQueued = true;
            Volatile.Write(ref _directory.Slot(_self, request.Slot).Ticket, request.Ticket);
            lock (_slots)
            {
                _queuedSlots++;
                _ = Interlocked.Or(ref _directory.Queued, _bit);
            }

            if (CrashPoints.Enabled)
            {
                CrashPoints.Reach(CrashPoints.OwnershipQueued);
            }
        }

        return true;
    }

    /// <summary>Waits outside the order until there is something to do.</summary>
    /// <returns>False when the time was over, it was cancelled, or the directory is gone.</returns>
    private bool Wait(OwnershipRequest request, int signal, long deadline, CancellationToken cancellationToken)
    {
        MemberRecord own = _own;
        var patience = default(Patience);
        int sleeps = 0;
        Guard?.AskToLower(request);
        if (CrashPoints.Enabled && request.HasPending)
        {
            CrashPoints.Reach(CrashPoints.OwnershipDrain);
        }

        while (!_isLeaving && IsMember)
        {
            if (request.HasPending)
            {
                if (!request.HasWanted)
                {
                    request.Blockers = 0;
                }

                Settle(request);
                if (!request.HasPending)
                {
                    WakeQueue();
                    return true;
                }
            }

            int now = Volatile.Read(ref *own.Signal);
            if (request.HasWanted && (now != signal || IsUnblocked(request)))
            {
                return true;
            }

            if (cancellationToken.IsCancellationRequested || TimeLimit.HasPassed(deadline) || !_directory.IsAlive || request.Error != 0)
            {
                return false;
            }

            if (patience.TrySpin())
            {
                continue;
            }

            ulong gone = _members.Gone(request.Blockers);
            if (gone != 0 && !TryReclaim(gone, deadline, cancellationToken))
            {
                return false;
            }

            if (gone == 0)
            {
                _members.Suspect(request.Blockers);
                Interlocked.Increment(ref *own.Sleepers);
                bool isFirst = request.HasWanted && IsFirst(request);
                if (!isFirst && !(request.HasPending && HasDrained(request)) && !IsUnblocked(request))
                {
                    Patience.Sleep(own.Signal, now, deadline);
                }

                Interlocked.Decrement(ref *own.Sleepers);
                if (isFirst || (request.HasWanted && ++sleeps == SleepsPerRound))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool HasDrained(OwnershipRequest request)
    {
        GranuleRecord* granules = _granules;
        PageGuard? guard = Guard;
        ReadOnlySpan<RunState> states = request.States;
        ReadOnlySpan<GranuleRun> runs = request.Runs;
        for (int i = 0; i < runs.Length; i++)
        {
            if (states[i] == RunState.Pending && !IsFree(request, granules, guard, runs[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first of some members that holds or is promised something of a run; -1 where none does.</summary>
    public int HolderOf(in GranuleRun run, ulong members)
    {
        for (int g = run.First; g < run.End; g++)
        {
            var state = new GranuleState(Volatile.Read(ref _granules[g].State));
            ulong holders = (state.Mode == Ownership.Read && !state.IsPending ? Volatile.Read(ref _granules[g].Readers) : 1ul << state.Owner) & members;
            if (state.Mode != Ownership.None && holders != 0)
            {
                return BitOperations.TrailingZeroCount(holders);
            }
        }

        return -1;
    }

    private bool IsUnblocked(OwnershipRequest request) =>
        request.BlockedGranule >= 0 && !new GranuleState(Volatile.Read(ref _granules[request.BlockedGranule].State)).IsPending;

    // Whoever was before us may have left the queue before we were in it to be told.
    private bool IsFirst(OwnershipRequest request) => request.BlockedGranule < 0 && FindOlder(request, request.Runs) == 0;

    // The request is over: what is promised and not ours is undone, and whoever stands behind it may go on.
    private OwnershipStatus End(OwnershipRequest request, OwnershipStatus status)
    {
        if (request.HasPending)
        {
            Undo(request);
        }

        if (request.Slot >= 0)
        {
            Leave(request);
        }

        if (request.WaitBegin != 0)
        {
            long waited = Elapsed.NanosecondsSince(request.WaitBegin);
            _waits.RecordShared(waited);
            _statistics.Add(Counter.OwnershipWaits, 1);
            _statistics.Add(Counter.OwnershipWaitTime, waited);
        }

        if (status == OwnershipStatus.TimedOut && !request.IsAttempt)
        {
            Interlocked.Increment(ref _timeouts);
        }

        if (request.IsWaiting)
        {
            request.IsWaiting = false;
            Interlocked.Decrement(ref _waiting);
        }

        return status;
    }

    private void Undo(OwnershipRequest request)
    {
        Span<RunState> states = request.States;
        for (int i = 0; i < states.Length; i++)
        {
            if (states[i] != RunState.Pending)
            {
                continue;
            }

            Undo(request.Runs[i].First, request.Runs[i].End, request.Pin);
            states[i] = RunState.Wanted;
        }

        WakeQueue();
    }

    private void Undo(int first, int end, bool pinned)
    {
        for (int g = first; g < end; g++)
        {
            // What is not promised to us any more was taken back, because somebody took us for dead.
            var state = new GranuleState(_granules[g].State);
            if (state.IsPendingOf(_promise))
            {
                Volatile.Write(ref _granules[g].State, state.Before.Word);
            }

            if (pinned)
            {
                Unpin(g);
            }
        }
    }

    private void Leave(OwnershipRequest request)
    {
        Volatile.Write(ref _directory.Slot(_self, request.Slot).Ticket, 0);
        lock (_slots)
        {
            if (request.IsQueued && --_queuedSlots == 0)
            {
                _ = Interlocked.And(ref _directory.Queued, ~_bit);
            }

            _freeSlots |= 1 << request.Slot;
        }

        if (request.IsQueued)
        {
            WakeQueue();
        }
    }

    // After a full fence, so that whoever goes into the queue meanwhile is seen or sees what was done.
    private void WakeQueue()
    {
        Interlocked.MemoryBarrier();
        for (ulong rest = Volatile.Read(ref _directory.Queued); rest != 0; rest &= rest - 1)
        {
            _directory.Member(BitOperations.TrailingZeroCount(rest)).Wake();
        }
    }

    private int TakeSlot()
    {
        lock (_slots)
        {
            if (_freeSlots == 0)
            {
                return -1;
            }

            int slot = BitOperations.TrailingZeroCount(_freeSlots);
            _freeSlots &= ~(1 << slot);
            return slot;
        }
    }

    // More threads of this process wait than a member has places: this one waits for a place first.
    private bool TryRentSlot(OwnershipRequest request, long deadline, CancellationToken cancellationToken)
    {
        while (!TimeLimit.HasPassed(deadline) && !cancellationToken.IsCancellationRequested && !_isLeaving && _directory.IsAlive)
        {
            request.Slot = TakeSlot();
            if (request.Slot >= 0)
            {
                return true;
            }

            Thread.Sleep(1);
        }

        return false;
    }
}
