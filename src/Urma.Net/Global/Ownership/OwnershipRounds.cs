using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;
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
    private readonly StatisticsPage _statistics;
    private readonly FabricLink? _link;
    private readonly OwnershipDirectory _directory;
    private readonly OwnershipMembers _members;
    private readonly GranuleRecord* _granules;
    private readonly int _self;
    private readonly ulong _bit;
    private readonly ulong _promise;
    private readonly ulong _writes;
    private readonly uint _identity;
    private readonly MemberRecord _own;
    private int _waiting;
    private volatile bool _isLeaving;

    /// <param name="statistics">Where waits are counted for all to see.</param>
    /// <param name="link">The modelled link a round goes over; null without one, and at the directory's home.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="members">The members.</param>
    /// <param name="self">This member.</param>
    /// <param name="identity">What its place says while it is this member's.</param>
    public OwnershipRounds(StatisticsPage statistics, FabricLink? link, OwnershipDirectory directory, OwnershipMembers members, int self, uint identity)
    {
        _statistics = statistics;
        _link = link;
        _directory = directory;
        _members = members;
        _granules = directory.Granules;
        _self = self;
        _bit = 1ul << self;
        _promise = GranuleState.PendingOver(Ownership.None, self);
        _writes = GranuleState.Held(Ownership.Write, self).Word;
        _identity = identity;
        _own = directory.Member(self);
        Order = new OwnershipOrder(directory, members, self, identity);
        Pins = new LocalPins(directory, self);
    }

    /// <summary>Whether a round takes no more than this machine.</summary>
    public bool IsUndelayed => _link is null;

    /// <summary>Whether the others have this process as the member that it joined as.</summary>
    public bool IsMember
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _own.Identity) == _identity;
    }

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
        while (true)
        {
            int signal = Volatile.Read(ref *_own.Signal);
            if (!Order.TryEnter(deadline, cancellationToken, out int holder))
            {
                request.Blockers |= holder >= 0 ? 1ul << holder : 0;
                return End(request, cancellationToken.IsCancellationRequested ? OwnershipStatus.Cancelled : OwnershipStatus.TimedOut);
            }

            if (CrashPoints.Enabled)
            {
                CrashPoints.Reach(CrashPoints.OwnershipOrder);
            }

            Visit(request);
            bool waits = request.HasPending || request.HasWanted;
            bool isOver = waits && (TimeLimit.HasPassed(deadline) || cancellationToken.IsCancellationRequested);
            if (waits && !request.IsWaiting)
            {
                // Inside the order, so whoever leaves sees it.
                request.IsWaiting = true;
                Interlocked.Increment(ref _waiting);
            }

            bool isReady = !waits || isOver || TryPrepare(request);
            Order.Exit();
            if (!waits)
            {
                return End(request, OwnershipStatus.Granted);
            }

            if (!isReady && TryRentSlot(request, deadline, cancellationToken))
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
}
