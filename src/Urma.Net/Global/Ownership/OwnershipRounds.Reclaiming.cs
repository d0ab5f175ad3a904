using System.Numerics;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <content>What remains of members that died.</content>
internal sealed unsafe partial class OwnershipRounds
{
    private long _reclaimed;

    /// <summary>Adds up what this member has done.</summary>
    public OwnershipCounters Count() => new()
    {
        Rounds = Volatile.Read(ref _rounds),
        Switches = Volatile.Read(ref _switches),
        Timeouts = Volatile.Read(ref _timeouts),
        Reclaimed = Volatile.Read(ref _reclaimed),
        Waits = _waits,
    };

    /// <summary>
    /// Takes everything back from a member that is gone: what it held is free, what it was about to take is as before, and its
    /// place can have a new member. Only inside the order. Whoever dies in the middle of it leaves it to the next.
    /// </summary>
    public void Reclaim(int member)
    {
        // A name that nobody has is nonsense, or left over: it has no place to vacate.
        bool isMember = IsMember(member);
        Scrub(member);
        if (isMember)
        {
            Vacate(member);
        }

        WakeQueue();
    }

    /// <summary>Removes every trace of a member but its place. Only inside the order.</summary>
    public void Scrub(int member)
    {
        ulong bit = 1ul << member;
        for (int g = 0; g < _directory.Layout.GranuleCount; g++)
        {
            GranuleRecord* record = &_granules[g];
            if ((Volatile.Read(ref record->Pins) & bit) != 0)
            {
                _ = Interlocked.And(ref record->Pins, ~bit);
            }

            Guard?.Forget(g, bit);
            ulong readers = Volatile.Read(ref record->Readers);
            if ((readers & bit) != 0)
            {
                _ = Interlocked.And(ref record->Readers, ~bit);
            }

            // What a living requester was promised stays its own.
            var state = new GranuleState(Volatile.Read(ref record->State));
            bool wasPending = state.IsPending && state.Owner == member;
            GranuleState held = wasPending ? state.Before : state;
            bool wasHeld = !held.IsPending
                && ((held.Mode == Ownership.Write && held.Owner == member) || (held.Mode == Ownership.Read && (readers & ~bit) == 0 && (readers & bit) != 0));
            if (wasPending || wasHeld)
            {
                Volatile.Write(ref record->State, wasHeld ? 0 : held.Word);
                Interlocked.Increment(ref _reclaimed);
                if (CrashPoints.Enabled)
                {
                    CrashPoints.Reach(CrashPoints.OwnershipReclaim);
                }
            }
        }
    }

    /// <summary>Makes a member's place free for another. Only inside the order, or by the member itself.</summary>
    public void Vacate(int member)
    {
        ulong bit = 1ul << member;
        for (int slot = 0; slot < DirectoryLayout.SlotsPerMember; slot++)
        {
            Volatile.Write(ref _directory.Slot(member, slot).Ticket, 0);
        }

        _ = Interlocked.And(ref _directory.Queued, ~bit);
        _ = Interlocked.And(ref _directory.Hungry, ~bit);
        _ = Interlocked.And(ref _directory.Members, ~bit);

        // Last, and even from now on: from here somebody may join in its place.
        Interlocked.Increment(ref _directory.Member(member).Generation);
    }

    private bool IsMember(int member) => ((Volatile.Read(ref _directory.Members) >> member) & 1) != 0;

    /// <summary>Enters the order and takes back what members held that are known to be gone.</summary>
    public bool TryReclaim(ulong gone, long deadline)
    {
        if (!Order.TryEnter(deadline, out _))
        {
            return false;
        }

        for (ulong rest = gone; rest != 0; rest &= rest - 1)
        {
            int member = BitOperations.TrailingZeroCount(rest);
            if (_members.IsGone(member))
            {
                Reclaim(member);
            }
        }

        Order.Exit();
        return true;
    }
}
