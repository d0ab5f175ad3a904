using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <content>Taking places in the queue, changing them, and giving them up unused.</content>
public sealed unsafe partial class GlobalLock
{
    private readonly Lock _abandonedLock = new();
    private readonly List<ulong> _abandoned = new(GlobalLockLayout.Places);
    private int _abandonedCount;

    // Takes the next position, or an earlier one that a thread of this member has given up.
    private bool TryTakePlace(PlaceState wait, long deadline, CancellationToken cancellationToken, out ulong position)
    {
        var spin = default(SpinWait);
        while (!TryTakeAbandoned(wait, out position) && !TryTakeNext(wait, out position))
        {
            // No room. Who wait behind may be dead, too, so that nobody clears what is before them.
            ThrowIfUnusable();
            ClearGone(position);
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

                ulong before = position - 1;
                if (GlobalLockLayout.PositionOf(Volatile.Read(ref GlobalLockLayout.Place(_start, before)), before) < before)
                {
                    // Nobody took the one before, so nobody would ever leave it.
                    position = FindNext();
                    continue;
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

    private bool TryChange(ulong position, ulong own, PlaceState state)
    {
        ref ulong place = ref GlobalLockLayout.Place(_start, position);
        ulong word = Volatile.Read(ref place);
        return (word & ~GlobalLockLayout.Sleeps) == own
            && Interlocked.CompareExchange(ref place, GlobalLockLayout.With(word, state), word) == word;
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
