using System.Diagnostics;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>Memory of this member that others may borrow. Whoever has it has it alone; between two borrowers it is cleared.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class MemoryOffer : IDisposable
{
    private readonly BorrowPool _pool;
    private readonly Segment _memory;
    private readonly long _entry;
    private readonly Lock _lock = new();
    private bool _disposed;

    internal MemoryOffer(BorrowPool pool, Segment memory, int index)
    {
        _pool = pool;
        _memory = memory;
        _entry = BorrowLayout.Entry(index);
    }

    /// <summary>Bytes.</summary>
    public long Length => _memory.Length;

    /// <summary>Where it lies. Lent memory belongs to its borrower: do not write to it.</summary>
    public GlobalAddress Address => _memory.GlobalAddress;

    /// <summary>Whether somebody has it now.</summary>
    public bool IsLent
    {
        get
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
            using SharedWords view = _pool.Directory.Map();
            ulong word = view.LoadAcquire<ulong>(_entry);
            return IsOurs(view, word) && BorrowLayout.StateOf(word) is BorrowState.Lent or BorrowState.Asked;
        }
    }

    /// <summary>
    /// Asks the borrower to return it, waits, and takes it away where that takes too long. Afterwards it is offered again.
    /// </summary>
    /// <param name="timeout">How long to wait; <see cref="BorrowPolicy.ReclaimTimeout"/> when null.</param>
    /// <param name="cancellationToken">Ends the wait; the borrower stays asked.</param>
    /// <exception cref="UrmaException">It could not be taken back in time: the pool's directory is broken, or memory ran out.</exception>
    /// <exception cref="ObjectDisposedException">It was withdrawn.</exception>
    public Task<ReclaimResult> ReclaimAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
        return Task.Run(() => Reclaim(timeout ?? _pool.Policy.ReclaimTimeout, withdraw: false, cancellationToken), cancellationToken);
    }

    /// <summary>Withdraws it: as <see cref="ReclaimAsync"/>, and frees the memory.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        try
        {
            if (!_pool.Directory.IsGone)
            {
                _ = Reclaim(_pool.Policy.ReclaimTimeout, withdraw: true, CancellationToken.None);
            }
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException)
        {
            Trace.TraceInformation($"An offer was withdrawn from a pool that had ended: {error.Message}");
        }

        _pool.Forget(this);
        _memory.Dispose();
    }

    /// <summary>Fills in the entry, which this member has claimed, and opens it.</summary>
    internal void Publish(in SharedWords view, uint lender)
    {
        view.StoreRelease(_entry + BorrowLayout.LengthWord, Length);
        view.StoreRelease(_entry + BorrowLayout.LenderWord, (ulong)lender);
        Open(view);
    }

    /// <summary>Cleans up after a borrower that returned it or died.</summary>
    internal void Recycle()
    {
        using SharedWords view = _pool.Directory.Map();
        ulong word = view.LoadAcquire<ulong>(_entry);
        BorrowState state = BorrowLayout.StateOf(word);
        bool isOver = state == BorrowState.Returned
            || (state is BorrowState.Lent or BorrowState.Asked && _pool.Directory.LooksMemberGone(BorrowLayout.BorrowerOf(word)));
        if (isOver && IsOurs(view, word))
        {
            lock (_lock)
            {
                if (!_disposed && TryTake(view, word))
                {
                    Clean(view, withdraw: false);
                }
            }
        }
    }

    private ReclaimResult Reclaim(TimeSpan timeout, bool withdraw, CancellationToken cancellationToken)
    {
        long deadline = TimeLimit.After(timeout);
        bool wasLent = false;
        using SharedWords view = _pool.Directory.Map();
        uint round = BorrowLayout.RoundOf(view.LoadAcquire<ulong>(_entry));
        while (true)
        {
            ulong word = view.LoadAcquire<ulong>(_entry);
            BorrowState state = BorrowLayout.StateOf(word);
            if (state == BorrowState.Empty || !IsOurs(view, word) || _pool.Directory.IsGone || (!withdraw && BorrowLayout.RoundOf(word) != round))
            {
                // The pool has ended, or it came back and was offered again meanwhile.
                return wasLent ? ReclaimResult.Returned : ReclaimResult.WasFree;
            }

            if (state == BorrowState.Lent)
            {
                _ = view.CompareSwap(_entry, word, BorrowLayout.Next(word, BorrowState.Asked, BorrowLayout.BorrowerOf(word)));
                wasLent = true;
                continue;
            }

            wasLent |= state == BorrowState.Asked;
            bool isOver = state is BorrowState.Free or BorrowState.Returned
                || (state == BorrowState.Asked && (TimeLimit.HasPassed(deadline) || _pool.Directory.LooksMemberGone(BorrowLayout.BorrowerOf(word))));
            if (state == BorrowState.Free && !withdraw)
            {
                return wasLent ? ReclaimResult.Returned : ReclaimResult.WasFree;
            }

            if (isOver)
            {
                lock (_lock)
                {
                    ObjectDisposedException.ThrowIf(_disposed && !withdraw, this);
                    if (TryTake(view, word))
                    {
                        Clean(view, withdraw);
                        return state switch
                        {
                            BorrowState.Asked => ReclaimResult.Revoked,
                            BorrowState.Free when !wasLent => ReclaimResult.WasFree,
                            _ => ReclaimResult.Returned,
                        };
                    }
                }
            }

            else if (state != BorrowState.Asked && TimeLimit.HasPassed(deadline) && HasStuck(view, word, withdraw))
            {
                return ReclaimResult.Revoked;
            }

            cancellationToken.ThrowIfCancellationRequested();
            Thread.Sleep(1);
        }
    }

    // Whoever cleans has the lock: what is not at rest while this has it never will be.
    private bool HasStuck(in SharedWords view, ulong word, bool withdraw)
    {
        lock (_lock)
        {
            if (view.LoadAcquire<ulong>(_entry) != word)
            {
                return false;
            }

            return withdraw
                ? view.CompareSwap(_entry, word, BorrowLayout.Next(word, BorrowState.Empty, 0)) == word
                : throw new UrmaException(UrmaStatus.Failed, "The offer could not be taken back: its entry in the pool's directory is broken. Withdraw it.");
        }
    }

    // The entry of an offer that was cleared away may be another's now. While it is being filled in, its words are still the last one's.
    private bool IsOurs(in SharedWords view, ulong word)
    {
        ulong lender = BorrowLayout.StateOf(word) == BorrowState.Busy
            ? BorrowLayout.BorrowerOf(word)
            : view.LoadAcquire<ulong>(_entry + BorrowLayout.LenderWord);
        return lender == _pool.Directory.Member;
    }

    private bool TryTake(in SharedWords view, ulong word) =>
        view.CompareSwap(_entry, word, BorrowLayout.Next(word, BorrowState.Busy, _pool.Directory.Member)) == word;

    // First nobody reaches it any more, then it is cleared, then it is offered: no borrower sees another's data or stores.
    private void Clean(in SharedWords view, bool withdraw)
    {
        ulong busy = view.LoadAcquire<ulong>(_entry);
        try
        {
            _memory.Revoke();
        }
        catch
        {
            // Another look tries again; memory that is withdrawn is freed in any case.
            view.StoreRelease(_entry, BorrowLayout.Next(busy, withdraw ? BorrowState.Empty : BorrowState.Returned, 0));
            throw;
        }

        if (withdraw)
        {
            view.StoreRelease(_entry, BorrowLayout.Next(busy, BorrowState.Empty, 0));
            return;
        }

        for (long done = 0; done < Length;)
        {
            int step = (int)Math.Min(Length - done, 1 << 30);
            _memory.AsSpan(done, step).Clear();
            done += step;
        }

        Open(view);
    }

    private void Open(in SharedWords view)
    {
        Span<byte> descriptor = stackalloc byte[SegmentDescriptor.Size];
        _memory.Descriptor.WriteTo(descriptor);
        SharedDirectory.Write(view, _entry + BorrowLayout.DescriptorStart, descriptor);
        view.StoreRelease(_entry + BorrowLayout.TokenWord, (ulong)_memory.Token.Value);
        ulong word = view.LoadAcquire<ulong>(_entry);
        view.StoreRelease(_entry, BorrowLayout.Next(word, BorrowState.Free, 0));
    }
}
