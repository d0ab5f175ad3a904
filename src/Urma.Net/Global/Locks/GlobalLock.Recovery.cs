using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <content>Members that died, and memory that is damaged.</content>
public sealed unsafe partial class GlobalLock
{
    // Gives up the places of the gone before a position. True where there were any.
    private bool ClearGone(ulong position)
    {
        bool cleared = false;
        for (ulong before = position - 1; before > position - GlobalLockLayout.Places - 1; before--)
        {
            ulong word = Volatile.Read(ref GlobalLockLayout.Place(_start, before));
            PlaceState state = GlobalLockLayout.StateOf(word);
            if (state == PlaceState.Clear || GlobalLockLayout.PositionOf(word, before) != before)
            {
                break;
            }

            if (state is < PlaceState.WaitRead or > PlaceState.HoldWrite)
            {
                continue;
            }

            cleared |= IsOfGone(before, word) && Clear(before, word);
        }

        return cleared;
    }

    // The word is read before the member is looked at: whoever joins with a dead member's number has places that came later.
    private bool IsOfGone(ulong position, ulong word)
    {
        int member = GlobalLockLayout.MemberOf(word);
        if (_members.IsImpossible(member) && Volatile.Read(ref GlobalLockLayout.Place(_start, position)) == word)
        {
            ThrowDamaged();
        }

        return member != _member && _members.IsGone(member);
    }

    private bool Clear(ulong position, ulong word)
    {
        if (GlobalLockLayout.StateOf(word) == PlaceState.HoldWrite)
        {
            // First the note, then the lock: who dies in between is followed by somebody who does both again.
            Raise(ref Died, position);
        }

        if (CrashPoints.Enabled)
        {
            CrashPoints.Reach(CrashPoints.LockClear);
        }

        ref ulong place = ref GlobalLockLayout.Place(_start, position);
        if (Interlocked.CompareExchange(ref place, GlobalLockLayout.Word(position, 0, PlaceState.Done), word) != word)
        {
            return false;
        }

        WakeFrom(position + 1);
        return true;
    }

    // Before the number of a member that is gone can be another's, nothing of it may be left.
    private void ClearPlacesOf(int member)
    {
        for (ulong index = 0; index < GlobalLockLayout.Places; index++)
        {
            ulong word = Volatile.Read(ref GlobalLockLayout.Place(_start, index));
            if (GlobalLockLayout.StateOf(word) > PlaceState.Done && GlobalLockLayout.MemberOf(word) == member && _members.IsGone(member))
            {
                Clear(GlobalLockLayout.PositionOf(word, index), word);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MarkRepaired(ulong position, PlaceState state)
    {
        if (state == PlaceState.HoldWrite && IsHeld(position, state))
        {
            Raise(ref Repaired, position);
        }
    }

    private static void Raise(ref ulong word, ulong value)
    {
        ulong seen = Volatile.Read(ref word);
        while (seen < value)
        {
            ulong found = Interlocked.CompareExchange(ref word, value, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

    private string DescribeHolder(ulong position)
    {
        string holder = "nobody holds it any more";
        for (ulong before = position - 1; before > position - GlobalLockLayout.Places; before--)
        {
            ulong word = Volatile.Read(ref GlobalLockLayout.Place(_start, before));
            PlaceState state = GlobalLockLayout.StateOf(word);
            if (state == PlaceState.Clear || GlobalLockLayout.PositionOf(word, before) != before)
            {
                break;
            }

            if (state is >= PlaceState.WaitRead and <= PlaceState.HoldWrite)
            {
                string does = state >= PlaceState.HoldRead ? $"holds it{(state == PlaceState.HoldRead ? " as a reader" : string.Empty)}" : "is first in the queue";
                holder = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_members.Describe(GlobalLockLayout.MemberOf(word))} {does} (token {before - GlobalLockLayout.Places + 1})");
            }
        }

        return holder;
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) != 0, this);
        if (_mapping.IsRevoked)
        {
            ThrowGone();
        }
    }

    private void ThrowIfHeldBy(int thread)
    {
        if (thread == 0)
        {
            return;
        }

        for (int index = Array.IndexOf(_threads, thread); index >= 0; index = Array.IndexOf(_threads, thread, index + 1))
        {
            ulong word = Volatile.Read(ref GlobalLockLayout.Place(_start, (ulong)index));
            if (GlobalLockLayout.MemberOf(word) == _member && GlobalLockLayout.StateOf(word) is PlaceState.HoldRead or PlaceState.HoldWrite)
            {
                throw new LockRecursionException(
                    "This thread holds the lock already: it would wait for itself. Dispose the lease first; a reader cannot become a writer inside.");
            }
        }
    }

    [DoesNotReturn]
    private void ThrowDamaged()
    {
        ThrowIfUnusable();
        throw new UrmaException(
            UrmaStatus.Failed,
            "The memory of the lock is damaged, or this member was believed dead: somebody wrote into it who may not, or the process lost its context. "
            + "Nobody is let in; initialize the lock again when nobody uses it.");
    }

    [DoesNotReturn]
    private static void ThrowGone() =>
        throw new UrmaException(UrmaStatus.Failed, "The memory of the lock is gone: its owner died, closed it, or revoked the grant.");
}
