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
        // First of all, and of exactly the member that is known to be gone: if it is there after all, it finds out. Whoever joins in
        // its place must pass the order before it has anything. A place that nobody has needs only what is left over cleared away.
        MemberRecord record = _directory.Member(member);
        uint identity = Volatile.Read(ref record.Identity);
        if (!_members.IsGone(member, identity) || (MemberRecord.IsJoined(identity) && !record.TryVacate(identity)))
        {
            return;
        }

        Scrub(member);
        WakeQueue();
    }

    /// <summary>
    /// Gives back what this member has, then its place, once no thread of it waits any more. What it had mapped must not be the
    /// shared bytes any more. Where the order cannot be had in time, the others find out and do the same.
    /// </summary>
    public void Leave(long deadline)
    {
        Stop();
        bool left = false;
        while (!left && Order.TryEnter(deadline, CancellationToken.None, out _))
        {
            left = Volatile.Read(ref _waiting) == 0;
            if (left)
            {
                // The number may be another's at once: scopes that end later must not clear its pins.
                Pins.Silence();
                Scrub(_self);
                _ = _own.TryVacate(_identity);
                WakeQueue();
            }

            Order.Exit();
            if (!left && TimeLimit.HasPassed(deadline))
            {
                break;
            }

            if (!left)
            {
                _own.Wake();
                Thread.Sleep(1);
            }
        }

        Pins.Silence();
    }

    /// <summary>Gives a place back where nothing was ever done in it.</summary>
    public void Abandon() => _own.TryVacate(_identity);

    /// <summary>Has this member's waiting threads give up.</summary>
    public void Stop()
    {
        _isLeaving = true;
        _own.Wake();
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

        for (int slot = 0; slot < DirectoryLayout.SlotsPerMember; slot++)
        {
            Volatile.Write(ref _directory.Slot(member, slot).Ticket, 0);
        }

        _ = Interlocked.And(ref _directory.Queued, ~bit);
        _ = Interlocked.And(ref _directory.Hungry, ~bit);
    }

    /// <summary>Enters the order and takes back what members held that are known to be gone.</summary>
    public bool TryReclaim(ulong gone, long deadline, CancellationToken cancellationToken)
    {
        if (!Order.TryEnter(deadline, cancellationToken, out _))
        {
            return false;
        }

        for (ulong rest = gone; rest != 0; rest &= rest - 1)
        {
            Reclaim(BitOperations.TrailingZeroCount(rest));
        }

        Order.Exit();
        return true;
    }
}
