using System.Globalization;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <content>How ranks wait for each other.</content>
public sealed unsafe partial class GlobalHeap
{
    private void AwaitAll(
        int field, ulong value, long deadline, string what, bool toleratesLoss = false, CancellationToken cancellationToken = default) =>
        Await(0, Size, field, value, deadline, what, toleratesLoss, cancellationToken);

    private void AwaitRank(int rank, int field, ulong value, long deadline, string what, CancellationToken cancellationToken) =>
        Await(rank, rank + 1, field, value, deadline, what, toleratesLoss: false, cancellationToken);

    private void Await(
        int first, int end, int field, ulong value, long deadline, string what, bool toleratesLoss, CancellationToken cancellationToken)
    {
        var spin = default(SpinWait);
        while (true)
        {
            int seen = _board!.Bell;
            int missing = first;
            while (missing < end && Volatile.Read(ref _board.Word(missing, field)) >= value)
            {
                missing++;
            }

            ThrowIfClosed();
            if (missing == end)
            {
                return;
            }

            if (!spin.NextSpinWillYield)
            {
                spin.SpinOnce();
                continue;
            }

            if (IsAnyLost(first, end, field, value, toleratesLoss))
            {
                return;
            }

            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan left = TimeLimit.Left(deadline);
            if (left == TimeSpan.Zero)
            {
                ThrowMissing(first, end, field, value, what);
            }

            _board.Sleep(seen, left < LongestSleep && left != Timeout.InfiniteTimeSpan ? left : LongestSleep);
        }
    }

    // Throws where somebody who is waited for will not come. Where that is tolerated, true when nobody else is waited for.
    private bool IsAnyLost(int first, int end, int field, ulong value, bool toleratesLoss)
    {
        if (_board!.IsGone)
        {
            return toleratesLoss || Rank == 0 ? true : throw new RankLostException(0, $"Rank 0 of heap '{_options.Name}' has died or left, and what the ranks wait on went with it.");
        }

        bool othersMissing = false;
        for (int rank = 0; rank < Size; rank++)
        {
            HeapStage stage = _board.StageOf(rank);
            if (stage == HeapStage.Failed && !toleratesLoss && rank != Rank)
            {
                throw new RankLostException(rank, $"Rank {rank} of heap '{_options.Name}' could not join: {_board.ReasonOf(rank)}");
            }

            if (rank < first || rank >= end || Volatile.Read(ref _board.Word(rank, field)) >= value)
            {
                continue;
            }

            bool hasLeft = field != HeapBoard.Stage && stage >= HeapStage.Leaving;
            bool isGone = stage >= HeapStage.Joined && WatchOf(rank).LooksGone;
            if ((isGone || hasLeft) && !toleratesLoss)
            {
                throw new RankLostException(
                    rank,
                    $"Rank {rank} of heap '{_options.Name}' (process {Volatile.Read(ref _board.Word(rank, HeapBoard.Process))}) has {(hasLeft ? "left" : "died or closed its context")}.");
            }

            othersMissing |= !isGone;
        }

        return !othersMissing;
    }

    // What others see of this rank is gone with it, but a thread inside may read on: the last one out gives the addresses back.
    private void EnterBoard()
    {
        Interlocked.Increment(ref _boardUsers);
        if (Volatile.Read(ref _closed) != 0)
        {
            ExitBoard();
            ThrowIfClosed();
        }
    }

    private void ExitBoard()
    {
        if (Interlocked.Decrement(ref _boardUsers) == 0)
        {
            _board?.Dispose();
        }
    }

    private PresenceWatch WatchOf(int rank) =>
        _watches[rank] ??= new PresenceWatch(_context, _context.Services.Presence, _board!.PresenceOf(rank));

    private void ThrowMissing(int first, int end, int field, ulong value, string what)
    {
        int[] missing = [.. Enumerable.Range(first, end - first).Where(r => Volatile.Read(ref _board!.Word(r, field)) < value)];
        string names = string.Join(", ", missing.Select(r =>
            Volatile.Read(ref _board!.Word(r, HeapBoard.Process)) is > 0 and { } process ? string.Create(CultureInfo.InvariantCulture, $"{r} (process {process})") : $"{r}"));
        throw new UrmaException(UrmaStatus.TimedOut, $"{(missing.Length == 1 ? "Rank" : "Ranks")} {names} of {Size} {(missing.Length == 1 ? "has" : "have")} not {what}.");
    }
}
