using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <content>The visit of a request's granules: pending, looked at, held.</content>
internal sealed unsafe partial class OwnershipRounds
{
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

        Span<RunState> states = request.States;
        Span<GranuleRun> runs = request.Runs;
        for (int i = 0; i < runs.Length; i++)
        {
            if (request.PerItem)
            {
                if (states[i] == RunState.Wanted && (isQueueEmpty || !IsBehindOlder(request, runs.Slice(i, 1))))
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
    private bool TryPromise(OwnershipRequest request, in GranuleRun run, ref RunState runState)
    {
        ulong pending = _promise | (ulong)run.Wanted;
        int end = run.End;
        bool pin = request.Pin;
        GranuleRecord* granules = _granules;
        for (int g = run.First; g < end; g++)
        {
            GranuleRecord* record = &granules[g];
            var state = new GranuleState(record->State);
            if (state.IsPending && !TryFree(request, g, ref state))
            {
                Undo(run.First, g, pin);
                return false;
            }

            if (pin)
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

        runState = RunState.Pending;
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
        if (!request.PerItem && !(HasDrained(request) && TrySetAll(request)))
        {
            return;
        }

        GranuleRecord* granules = _granules;
        Span<RunState> states = request.States;
        ReadOnlySpan<GranuleRun> runs = request.Runs;
        long switches = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            if (states[i] == RunState.Pending && (!request.PerItem || IsFree(request, granules, Guard, runs[i])))
            {
                if (request.PerItem && Guard is { } guard && (request.Error = guard.Set(runs[i])) != 0)
                {
                    guard.Reset(runs[i]);
                    break;
                }

                switches += Take(granules, runs[i]);
                states[i] = RunState.Granted;
            }
        }

        Interlocked.Add(ref _switches, switches);
    }

    // All or nothing: nothing is taken before all pages could be changed.
    private bool TrySetAll(OwnershipRequest request)
    {
        if (Guard is not { } guard)
        {
            return true;
        }

        Span<RunState> states = request.States;
        Span<GranuleRun> runs = request.Runs;
        for (int i = 0; i < runs.Length; i++)
        {
            if (states[i] == RunState.Pending && (request.Error = guard.Set(runs[i])) != 0)
            {
                for (; i >= 0; i--)
                {
                    if (states[i] == RunState.Pending)
                    {
                        guard.Reset(runs[i]);
                    }
                }

                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsFree(OwnershipRequest request, GranuleRecord* granules, PageGuard? guard, in GranuleRun run)
    {
        int end = run.End;
        for (int g = run.First; g < end; g++)
        {
            if (guard is null && Volatile.Read(ref granules[g].Pins) == 0)
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
    private int Take(GranuleRecord* granules, in GranuleRun run)
    {
        int switches = 0;
        int end = run.End;
        ulong promise = _promise;
        ulong writes = _writes;
        for (int g = run.First; g < end; g++)
        {
            GranuleRecord* record = &granules[g];
            var state = new GranuleState(record->State);
            if (!state.IsPendingOf(promise))
            {
                // Somebody took us for dead and took it back.
                continue;
            }

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
