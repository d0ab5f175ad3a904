using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// The protocol. A round is: enter the order, make every granule of the request pending, look who uses them, take what nobody
/// does, leave the order. What somebody uses is waited for outside the order; what is promised to somebody else is waited for in a
/// queue, and then there is another round.
/// </summary>
/// <remarks>Thread-safe. The requester does all of it; no code of the other members runs (with page protection, their agents lower their mappings).</remarks>
internal sealed unsafe partial class OwnershipRounds
{
    private readonly FabricLink? _link;
    private readonly OwnershipDirectory _directory;
    private readonly OwnershipMembers _members;
    private readonly GranuleRecord* _granules;
    private readonly int _self;
    private readonly ulong _bit;

    /// <param name="link">The modelled link a round goes over; null without one, and at the directory's home.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="members">The members.</param>
    /// <param name="self">This member.</param>
    public OwnershipRounds(FabricLink? link, OwnershipDirectory directory, OwnershipMembers members, int self)
    {
        _link = link;
        _directory = directory;
        _members = members;
        _granules = directory.Granules;
        _self = self;
        _bit = 1ul << self;
        Order = new OwnershipOrder(directory, members, self);
        Pins = new LocalPins(directory, self);
    }

    /// <summary>Whether a round takes no more than this machine.</summary>
    public bool IsUndelayed => _link is null;

    public OwnershipOrder Order { get; }

    public LocalPins Pins { get; }

    /// <summary>This member's pages; null where no page protection is wanted.</summary>
    public PageGuard? Guard { get; set; }

    /// <summary>Carries out a request. Its runs say how each fared.</summary>
    /// <param name="request">The request.</param>
    /// <param name="deadline">A <see cref="TimeLimit"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Granted, TimedOut or Cancelled; the request's blockers say who was in the way.</returns>
    /// <exception cref="UrmaException">The pages could not be made accessible.</exception>
    public OwnershipStatus Execute(OwnershipRequest request, long deadline, CancellationToken cancellationToken)
    {
        // What is sent is sixteen bytes for each run: where, how long, what is wanted.
        _link?.Delay(16L * request.RunCount, inbound: true);
        MemberRecord own = _directory.Member(_self);
        while (true)
        {
            int signal = Volatile.Read(ref *own.Signal);
            if (!Order.TryEnter(deadline, out int holder))
            {
                request.Blockers |= holder >= 0 ? 1ul << holder : 0;
                return End(request, OwnershipStatus.TimedOut);
            }

            if (CrashPoints.Enabled)
            {
                CrashPoints.Reach(CrashPoints.OwnershipOrder);
            }

            Visit(request);
            bool waits = request.HasPending || request.HasWanted;
            bool isOver = waits && (TimeLimit.HasPassed(deadline) || cancellationToken.IsCancellationRequested);
            bool isReady = !waits || isOver || TryPrepare(request);
            Order.Exit();
            if (!waits)
            {
                return End(request, OwnershipStatus.Granted);
            }

            if (!isReady && TryRentSlot(request, deadline))
            {
                continue;
            }

            if (isOver || !isReady || !Wait(request, signal, deadline, cancellationToken))
            {
                return End(request, cancellationToken.IsCancellationRequested ? OwnershipStatus.Cancelled : OwnershipStatus.TimedOut);
            }

            if (!request.HasWanted)
            {
                return End(request, OwnershipStatus.Granted);
            }
        }
    }

    /// <summary>Whether a member may use a granule as wanted now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Allows(int granule, Ownership wanted)
    {
        GranuleRecord* record = &_granules[granule];
        return new GranuleState(Volatile.Read(ref record->State)).Allows(_self, wanted, Volatile.Read(ref record->Readers));
    }

    /// <summary>Whether everything a request wants is so already: then there is nothing to do.</summary>
    public bool IsDone(OwnershipRequest request)
    {
        foreach (ref readonly GranuleRun run in request.Runs)
        {
            for (int g = run.First; g < run.End; g++)
            {
                if (!IsAsWanted(g, run.Wanted))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>
    /// Has the lines of a run's records come to this processor for writing, side by side and while it does other things. Not for
    /// what others read, unless it will be changed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(in GranuleRun run)
    {
        for (int g = run.First; g < run.End; g++)
        {
            _granules[g].Touch = 0;
        }
    }

    /// <summary>Ends a scope's use of a granule, and tells who waits for that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Unpin(int granule)
    {
        if (Pins.Remove(granule))
        {
            // The removal was a fence: either this sees the request, or the requester sees that the pin is gone.
            var state = new GranuleState(Volatile.Read(ref _granules[granule].State));
            if (state.IsPending)
            {
                TellRequester(state.Owner);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TellRequester(int requester)
    {
        _directory.Member(requester).Wake();
        Guard?.LookAgain();
    }

    private bool IsAsWanted(int granule, Ownership wanted)
    {
        GranuleRecord* record = &_granules[granule];
        var state = new GranuleState(Volatile.Read(ref record->State));
        if (wanted == Ownership.None)
        {
            return !state.IsPending && !state.Allows(_self, Ownership.Read, Volatile.Read(ref record->Readers));
        }

        return state.Mode == wanted && state.Allows(_self, wanted, Volatile.Read(ref record->Readers));
    }

    // One visit of all granules, inside the order.
    private void Visit(OwnershipRequest request)
    {
        Interlocked.Increment(ref _rounds);
        request.Blockers = 0;
        request.BlockedGranule = -1;
        bool isQueueEmpty = Volatile.Read(ref _directory.Queued) == 0;
        if (!isQueueEmpty && !request.PerItem && IsBehindOlder(request, request.Runs))
        {
            return;
        }

        if (request.GranuleCount > 1)
        {
            Fetch(request);
        }

        Span<OwnershipRequest.RunState> states = request.States;
        Span<GranuleRun> runs = request.Runs;
        for (int i = 0; i < runs.Length; i++)
        {
            if (request.PerItem)
            {
                if (states[i] == OwnershipRequest.RunState.Wanted && (isQueueEmpty || !IsBehindOlder(request, runs.Slice(i, 1))))
                {
                    _ = TryPromise(request, runs[i], ref states[i]);
                }
            }
            else if (!TryPromise(request, runs[i], ref states[i]))
            {
                Undo(request);
                return;
            }
        }

        // Before this everybody could still begin to use them; after it nobody can who does not show here.
        Interlocked.MemoryBarrier();
        if (Guard is null)
        {
            Settle(request);
        }
    }

    // What wants to write was fetched when the request was made.
    private void Fetch(OwnershipRequest request)
    {
        foreach (ref readonly GranuleRun run in request.Runs)
        {
            if (run.Wanted != Ownership.Write || request.Pin)
            {
                Fetch(run);
            }
        }
    }

    // Makes all granules of a run pending in our name, or none where one is promised to somebody else.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryPromise(OwnershipRequest request, in GranuleRun run, ref OwnershipRequest.RunState runState)
    {
        ulong pending = GranuleState.PendingOver(run.Wanted, _self);
        for (int g = run.First; g < run.End; g++)
        {
            GranuleRecord* record = &_granules[g];
            var state = new GranuleState(record->State);
            if (state.IsPending && !TryFree(request, g, ref state))
            {
                Undo(run.First, g, request.Pin);
                return false;
            }

            if (request.Pin)
            {
                Pins.Add(g);

                // A scope that only reads leaves us what we may write.
                if (state.Mode == Ownership.Write && state.Owner == _self)
                {
                    Volatile.Write(ref record->State, state.Under(GranuleState.PendingOver(Ownership.Write, _self)));
                    continue;
                }
            }

            Volatile.Write(ref record->State, state.Under(pending));
            if (CrashPoints.Enabled)
            {
                CrashPoints.Reach(CrashPoints.OwnershipPending);
            }
        }

        runState = OwnershipRequest.RunState.Pending;
        return true;
    }

    // What is promised to a member that died is free.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFree(OwnershipRequest request, int granule, ref GranuleState state)
    {
        if (_members.IsGone(state.Owner))
        {
            Reclaim(state.Owner);
            state = new GranuleState(_granules[granule].State);
        }

        if (state.IsPending)
        {
            request.Blockers |= 1ul << state.Owner;
            request.BlockedGranule = granule;
        }

        return !state.IsPending;
    }

    /// <summary>Takes what is promised and not used by anybody who loses it: all of it or nothing, or each run for itself.</summary>
    private void Settle(OwnershipRequest request)
    {
        if (!request.PerItem && !HasDrained(request))
        {
            return;
        }

        Span<OwnershipRequest.RunState> states = request.States;
        Span<GranuleRun> runs = request.Runs;
        long switches = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            if (states[i] == OwnershipRequest.RunState.Pending && (!request.PerItem || IsFree(request, runs[i])))
            {
                if (Guard is { } guard && (request.Error = guard.Set(runs[i])) != 0)
                {
                    break;
                }

                switches += Take(runs[i]);
                states[i] = OwnershipRequest.RunState.Granted;
            }
        }

        Interlocked.Add(ref _switches, switches);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsFree(OwnershipRequest request, in GranuleRun run)
    {
        for (int g = run.First; g < run.End; g++)
        {
            if (Guard is null && Volatile.Read(ref _granules[g].Pins) == 0)
            {
                continue;
            }

            ulong users = Users(g);
            if (users != 0)
            {
                request.Blockers |= users;
                return false;
            }
        }

        return true;
    }

    // Who loses a pending granule and still uses it.
    private ulong Users(int granule)
    {
        GranuleRecord* record = &_granules[granule];
        var state = new GranuleState(record->State);
        ulong users = Volatile.Read(ref record->Pins) & state.Before.Losers(_self, state.Mode, record->Readers);
        return Guard is null ? users : users | Guard.Exposed(granule, state.Mode);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Take(in GranuleRun run)
    {
        int switches = 0;
        ulong writes = GranuleState.Held(Ownership.Write, _self).Word;
        for (int g = run.First; g < run.End; g++)
        {
            GranuleRecord* record = &_granules[g];
            var state = new GranuleState(record->State);
            if (state.Mode == Ownership.Write)
            {
                switches += state.Before.Word == writes ? 0 : 1;
                Volatile.Write(ref record->State, writes);
            }
            else
            {
                Volatile.Write(ref record->State, Next(record, state.Before, state.Mode, ref switches).Word);
            }

            if (CrashPoints.Enabled)
            {
                CrashPoints.Reach(CrashPoints.OwnershipHeld);
            }
        }

        return switches;
    }

    private GranuleState Next(GranuleRecord* record, GranuleState before, Ownership wanted, ref int switches)
    {
        bool isWriter = before.Mode == Ownership.Write && before.Owner == _self;
        switch (wanted)
        {
            case Ownership.Read:
                // A writer goes on reading.
                ulong readers = before.Mode switch
                {
                    Ownership.Read => record->Readers,
                    Ownership.Write => 1ul << before.Owner,
                    _ => 0,
                };
                switches += before.Mode == Ownership.Read && (readers & _bit) != 0 ? 0 : 1;
                Volatile.Write(ref record->Readers, readers | _bit);
                return GranuleState.Held(Ownership.Read, 0);
            default:
                if (before.Mode != Ownership.Read)
                {
                    switches += isWriter ? 1 : 0;
                    return isWriter ? default : before;
                }

                ulong rest = record->Readers & ~_bit;
                switches += rest != record->Readers ? 1 : 0;
                Volatile.Write(ref record->Readers, rest);
                return rest != 0 ? before : default;
        }
    }
}
