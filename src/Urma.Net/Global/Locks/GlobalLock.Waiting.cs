using System.Runtime.CompilerServices;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <content>Waiting for a lock that is not free.</content>
public sealed unsafe partial class GlobalLock
{
    // A look costs some nanoseconds, a trip through the futex some microseconds.
    private const int Yields = 16;

    // So many places looked back at are worth an atomic operation that spares the next one most of them.
    private const int LookBack = 16;

    // How long a death can stay unseen; a sleeper costs some microseconds each time.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(50);
    private static readonly int Spins = Environment.ProcessorCount > 1 ? 256 : 0;

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

                if (Volatile.Read(ref _closed) != 0)
                {
                    PassOn(position, hold);
                }

                if (position - blocker > LookBack)
                {
                    MarkClear(blocker, position);
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

    // Disposing gives on what it finds held, and may have looked already, or would do it as if this process had died.
    private void PassOn(ulong position, PlaceState hold)
    {
        _ = TryChange(position, GlobalLockLayout.Word(position, _member, hold), PlaceState.Done);
        WakeFrom(position + 1);
        ThrowIfUnusable();
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

    // Readers whose stays overlap without a pause leave nothing clear behind them, and looking back would take longer and longer.
    private void MarkClear(ulong clear, ulong position)
    {
        ulong last = clear;
        while (last + 1 < position && Volatile.Read(ref GlobalLockLayout.Place(_start, last + 1)) == GlobalLockLayout.Word(last + 1, 0, PlaceState.Done))
        {
            last++;
        }

        if (last > clear)
        {
            Interlocked.CompareExchange(
                ref GlobalLockLayout.Place(_start, last), GlobalLockLayout.Word(last, 0, PlaceState.Clear), GlobalLockLayout.Word(last, 0, PlaceState.Done));
        }
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
}
