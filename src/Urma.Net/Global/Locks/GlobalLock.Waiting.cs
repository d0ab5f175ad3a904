using System.Runtime.CompilerServices;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <content>Waiting for a lock that is not free.</content>
public sealed unsafe partial class GlobalLock
{
    // A look costs some nanoseconds, a trip through the futex some microseconds.
    private const int Yields = 16;

    // How long a death can stay unseen; a sleeper costs some microseconds each time.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(50);
    private static readonly int Spins = Environment.ProcessorCount > 1 ? 256 : 0;

    private readonly Lock _abandonedLock = new();
    private readonly List<ulong> _abandoned = new(GlobalLockLayout.Places);
    private int _abandonedCount;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private GlobalLockLease EnterContended(PlaceState hold, TimeSpan timeout, int thread, CancellationToken cancellationToken)
    {
        if (TryEnterContended(hold, timeout, thread, cancellationToken, out GlobalLockLease lease, out string? holder))
        {
            return lease;
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new UrmaException(UrmaStatus.TimedOut, $"The lock could not be entered within {timeout}: {holder}.");
    }

    private bool TryEnterContended(
        PlaceState hold, TimeSpan timeout, int thread, CancellationToken cancellationToken, out GlobalLockLease lease, out string? holder)
    {
        long deadline = TimeLimit.After(timeout);
        Interlocked.Increment(ref _waiters);
        try
        {
            ThrowIfUnusable();
            ThrowIfHeldBy(thread);
            lease = default;
            PlaceState wait = hold == PlaceState.HoldRead ? PlaceState.WaitRead : PlaceState.WaitWrite;
            if (!TryTakePlace(wait, deadline, cancellationToken, out ulong position))
            {
                holder = $"{GlobalLockLayout.Places} others wait already";
                return false;
            }

            if (CrashPoints.Enabled)
            {
                CrashPoints.Reach(CrashPoints.LockQueue);
            }

            if (WaitForTurn(position, hold, wait, deadline, cancellationToken, out bool isFirst))
            {
                holder = null;
                lease = Entered(position, hold, isFirst, thread);
                if (CrashPoints.Enabled)
                {
                    CrashPoints.Reach(CrashPoints.LockEnter);
                }

                return true;
            }

            holder = timeout == TimeSpan.Zero ? null : DescribeHolder(position);
            Abandon(position, wait);
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _waiters);
        }
    }

    private bool WaitForTurn(ulong position, PlaceState hold, PlaceState wait, long deadline, CancellationToken cancellationToken, out bool isFirst)
    {
        ulong own = GlobalLockLayout.Word(position, _member, wait);
        int looks = 0;
        while (true)
        {
            if (MayEnter(position, hold, out isFirst, out ulong blocker))
            {
                if (!TryChange(position, own, hold))
                {
                    ThrowDamaged();
                }

                return true;
            }

            bool isOver = TimeLimit.HasPassed(deadline) || cancellationToken.IsCancellationRequested;
            if (isOver || looks >= Yields)
            {
                // The dead are looked for before giving up as well, so that a lock of a dead holder can be had without waiting.
                if (ClearGone(position))
                {
                    continue;
                }

                if (isOver)
                {
                    return false;
                }

                Sleep(position, own, hold, deadline);
                ThrowIfUnusable();
            }
            else if (looks++ == 0 && position - blocker == 1)
            {
                Spin(blocker);
            }
            else
            {
                Thread.Yield();
            }
        }
    }

    // Takes the next position, or an earlier one that a thread of this member has given up.
    private bool TryTakePlace(PlaceState wait, long deadline, CancellationToken cancellationToken, out ulong position)
    {
        var spin = default(SpinWait);
        while (!TryTakeAbandoned(wait, out position) && !TryTakeNext(wait, out position))
        {
            // No room. Who wait behind may be dead, too, so that nobody clears what is before them.
            ThrowIfUnusable();
            ClearGone(Volatile.Read(ref Next));
            if (TimeLimit.HasPassed(deadline) || cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            spin.SpinOnce();
        }

        return true;
    }

    private bool TryTakeNext(PlaceState wait, out ulong position)
    {
        const int Attempts = 4 * GlobalLockLayout.Places;
        position = Volatile.Read(ref Next);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            ref ulong place = ref GlobalLockLayout.Place(_start, position);
            ulong word = Volatile.Read(ref place);
            ulong found = GlobalLockLayout.PositionOf(word, position);
            if (found == position - GlobalLockLayout.Places)
            {
                PlaceState state = GlobalLockLayout.StateOf(word);
                if (state is 0 or > PlaceState.AbandonedWrite)
                {
                    ThrowDamaged();
                }

                if (state >= PlaceState.AbandonedRead)
                {
                    // The oldest place of all, so it is the first in the queue: passed over.
                    Interlocked.CompareExchange(ref place, GlobalLockLayout.Word(found, 0, PlaceState.Done), word);
                    continue;
                }

                if (!GlobalLockLayout.IsFreeFor(word, position))
                {
                    return false;
                }

                if (Interlocked.CompareExchange(ref place, GlobalLockLayout.Word(position, _member, wait), word) == word)
                {
                    Volatile.Write(ref Next, position + 1);
                    return true;
                }
            }
            else if (found >= position)
            {
                position = found + 1;
            }
            else
            {
                // Only damage lets the hint be ahead.
                position = FindNext();
            }
        }

        // Others may have been faster every time.
        return false;
    }

    private ulong FindNext()
    {
        ulong last = 0;
        for (ulong index = 0; index < GlobalLockLayout.Places; index++)
        {
            last = Math.Max(last, GlobalLockLayout.PositionOf(Volatile.Read(ref GlobalLockLayout.Place(_start, index)), index));
        }

        for (ulong position = last; position > last - GlobalLockLayout.Places; position--)
        {
            if (GlobalLockLayout.PositionOf(Volatile.Read(ref GlobalLockLayout.Place(_start, position)), position) < position)
            {
                ThrowDamaged();
            }
        }

        return last + 1;
    }

    // Whether everybody a place must wait for has left. Abandoned places are passed for good, so that nobody takes them up behind
    // our back, and then it looks again, because somebody may have just before.
    private bool MayEnter(ulong position, PlaceState hold, out bool isFirst, out ulong blocker)
    {
        while (IsUnblocked(position, hold, out isFirst, out blocker, out bool hasAbandoned))
        {
            if (!hasAbandoned)
            {
                return true;
            }

            PassAbandoned(position, blocker);
        }

        return false;
    }

    // Looks back from a place: a writer waits for everybody before it, a reader for writers.
    private bool IsUnblocked(ulong position, PlaceState hold, out bool isFirst, out ulong blocker, out bool hasAbandoned)
    {
        hasAbandoned = false;
        isFirst = true;
        for (blocker = position - 1; blocker > position - GlobalLockLayout.Places; blocker--)
        {
            ulong word = Volatile.Read(ref GlobalLockLayout.Place(_start, blocker));
            ulong found = GlobalLockLayout.PositionOf(word, blocker);
            PlaceState state = GlobalLockLayout.StateOf(word);
            if ((found != blocker && found != blocker + GlobalLockLayout.Places) || state is 0 or > PlaceState.AbandonedWrite)
            {
                ThrowDamaged();
            }

            // A place that is used anew says the same as a clear one: that happens only when all up to it were given up. It cannot
            // be used twice anew while this one waits.
            if (found > blocker || state == PlaceState.Clear)
            {
                return true;
            }

            switch (state)
            {
                case PlaceState.Done:
                    break;
                case PlaceState.AbandonedRead or PlaceState.AbandonedWrite:
                    hasAbandoned = true;
                    break;
                case PlaceState.WaitRead or PlaceState.HoldRead when hold == PlaceState.HoldRead:
                    isFirst = false;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private void PassAbandoned(ulong position, ulong end)
    {
        for (ulong passed = position - 1; passed > end; passed--)
        {
            ref ulong place = ref GlobalLockLayout.Place(_start, passed);
            ulong word = Volatile.Read(ref place);
            if (GlobalLockLayout.PositionOf(word, passed) == passed && GlobalLockLayout.StateOf(word) >= PlaceState.AbandonedRead)
            {
                Interlocked.CompareExchange(ref place, GlobalLockLayout.Word(passed, 0, PlaceState.Done), word);
            }
        }
    }

    private void Spin(ulong blocker)
    {
        ref ulong place = ref GlobalLockLayout.Place(_start, blocker);
        ulong word = Volatile.Read(ref place);
        for (int i = 0; i < Spins && Volatile.Read(ref place) == word; i++)
        {
            Thread.SpinWait(1);
        }
    }

    private void Sleep(ulong position, ulong own, PlaceState hold, long deadline)
    {
        int* futex = GlobalLockLayout.Futex(_start, position);
        int seen = Volatile.Read(ref *futex);
        ref ulong place = ref GlobalLockLayout.Place(_start, position);
        if (Volatile.Read(ref place) == own && Interlocked.CompareExchange(ref place, own | GlobalLockLayout.Sleeps, own) != own)
        {
            ThrowDamaged();
        }

        // Who leaves sees that somebody sleeps, or has left before this look.
        if (MayEnter(position, hold, out _, out _))
        {
            return;
        }

        TimeSpan left = TimeLimit.Left(deadline);
        Futex.Wait(futex, seen, left < LongestSleep && left != Timeout.InfiniteTimeSpan ? left : LongestSleep);
    }

    private bool TryChange(ulong position, ulong own, PlaceState state)
    {
        ref ulong place = ref GlobalLockLayout.Place(_start, position);
        ulong word = Volatile.Read(ref place);
        return (word & ~GlobalLockLayout.Sleeps) == own
            && Interlocked.CompareExchange(ref place, GlobalLockLayout.With(word, state), word) == word;
    }

    private void WakeFrom(ulong position)
    {
        for (ulong end = position + GlobalLockLayout.Places; position < end; position++)
        {
            ulong word = Volatile.Read(ref GlobalLockLayout.Place(_start, position));
            PlaceState state = GlobalLockLayout.StateOf(word);
            if (GlobalLockLayout.PositionOf(word, position) != position || state == PlaceState.HoldWrite)
            {
                return;
            }

            if ((word & GlobalLockLayout.Sleeps) != 0)
            {
                int* futex = GlobalLockLayout.Futex(_start, position);
                Interlocked.Increment(ref *futex);
                Futex.Wake(futex, 1);
            }

            if (state == PlaceState.WaitWrite)
            {
                return;
            }
        }
    }

    private void Abandon(ulong position, PlaceState wait)
    {
        if (!TryChange(position, GlobalLockLayout.Word(position, _member, wait), wait + (PlaceState.AbandonedRead - PlaceState.WaitRead)))
        {
            ThrowDamaged();
        }

        lock (_abandonedLock)
        {
            if (_abandoned.Count == GlobalLockLayout.Places)
            {
                // At most so many can still be in the queue.
                _abandoned.RemoveAt(0);
            }

            _abandoned.Add(position);
            _abandonedCount = _abandoned.Count;
        }

        WakeFrom(position + 1);
    }

    // Who waits again soon, as callers with a short limit do, keeps the place: otherwise such places would fill the queue.
    private bool TryTakeAbandoned(PlaceState wait, out ulong position)
    {
        position = 0;
        if (Volatile.Read(ref _abandonedCount) == 0)
        {
            return false;
        }

        PlaceState abandoned = wait + (PlaceState.AbandonedRead - PlaceState.WaitRead);
        lock (_abandonedLock)
        {
            for (int i = _abandoned.Count - 1; i >= 0; i--)
            {
                position = _abandoned[i];
                ref ulong place = ref GlobalLockLayout.Place(_start, position);
                ulong word = Volatile.Read(ref place);
                bool isMine = word == GlobalLockLayout.Word(position, _member, abandoned);
                bool taken = isMine && Interlocked.CompareExchange(ref place, GlobalLockLayout.With(word, wait), word) == word;
                if (taken || (GlobalLockLayout.PositionOf(word, position) != position || GlobalLockLayout.StateOf(word) < PlaceState.AbandonedRead))
                {
                    _abandoned.RemoveAt(i);
                    _abandonedCount = _abandoned.Count;
                }

                if (taken)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
