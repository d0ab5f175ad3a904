using System.Diagnostics;
using Urma.Net.Global;

namespace Urma.Net;

/// <summary>A lease of another member's memory: this member has it alone until it disposes it or the lender takes it away.</summary>
/// <remarks>
/// Thread-safe. Its bytes are zero at first. Memory that was taken away never shows another's data: copies end as
/// <see cref="GlobalMemoryStatus.Revoked"/> or <see cref="GlobalMemoryStatus.OwnerLost"/>, and open views show private scratch memory and
/// say <see cref="SegmentView.IsRevoked"/>.
/// </remarks>
public sealed class BorrowedMemory : IDisposable
{
    private readonly BorrowPool _pool;
    private readonly long _entry;
    private readonly ulong _word;
    private readonly uint _lender;
    private int _asked;
    private int _ended;
    private int _disposed;

    internal BorrowedMemory(BorrowPool pool, TargetSegment target, long entry, ulong word, uint lender)
    {
        _pool = pool;
        Target = target;
        _entry = entry;
        _word = word;
        _lender = lender;
    }

    /// <summary>
    /// The lender wants it back: dispose it within the lender's reclaim timeout, or it is taken away. Raised once, on a pool thread, perhaps
    /// before there was time to subscribe: look at <see cref="IsReclaimRequested"/> afterwards.
    /// </summary>
    public event EventHandler? ReclaimRequested;

    /// <summary>It was taken away, or the lender died (<see cref="Status"/>). Raised once, on a pool thread; not after <see cref="Dispose"/>.</summary>
    public event EventHandler? Ended;

    /// <summary>Bytes.</summary>
    public long Length => Target.Length;

    /// <summary>First byte, for <see cref="UrmaContext.Global"/>.</summary>
    public GlobalAddress Address => Target.GlobalAddress;

    /// <summary>The memory as an imported segment, for work requests. Belongs to this lease.</summary>
    public TargetSegment Target { get; }

    /// <summary>Whether the lender has asked for it.</summary>
    public bool IsReclaimRequested => Volatile.Read(ref _asked) != 0;

    /// <summary>Success while it can be used; otherwise how it ended.</summary>
    public GlobalMemoryStatus Status =>
        !Target.IsRevoked ? GlobalMemoryStatus.Success
        : _pool.Context.Global.Query(Address, Length, forWriting: true) == GlobalMemoryStatus.OwnerLost ? GlobalMemoryStatus.OwnerLost
        : GlobalMemoryStatus.Revoked;

    /// <summary>Maps it for load and store.</summary>
    /// <exception cref="UrmaException">It was taken away.</exception>
    public SegmentView Map() => Target.Map();

    /// <summary>Gives it back. Nobody may use it any more; views that are still open show scratch memory.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Target.Dispose();
        _pool.Forget(this);
        if (_pool.Directory.IsGone)
        {
            return;
        }

        try
        {
            using SharedWords view = _pool.Directory.Map();
            ulong returned = BorrowLayout.Next(_word, BorrowState.Returned, BorrowLayout.BorrowerOf(_word));
            if (view.CompareSwap(_entry, _word, returned) != _word)
            {
                _ = view.CompareSwap(_entry, AskedWord, returned);
            }
        }
        catch (UrmaException error)
        {
            Trace.TraceInformation($"A lease was given back to a pool that had ended: {error.Message}");
        }
    }

    /// <summary>Sees what the lender has done, and tells.</summary>
    internal void Look()
    {
        if (Volatile.Read(ref _disposed) != 0)
        {
            return;
        }

        ulong word = 0;
        bool isLost = _pool.Directory.IsGone || _pool.Directory.LooksMemberGone(_lender) || Target.IsRevoked;
        if (!isLost)
        {
            using SharedWords view = _pool.Directory.Map();
            word = view.LoadAcquire<ulong>(_entry);
        }

        if (word == AskedWord && Interlocked.Exchange(ref _asked, 1) == 0)
        {
            Raise(ReclaimRequested);
        }

        if ((isLost || (word != _word && word != AskedWord)) && Status != GlobalMemoryStatus.Success && Interlocked.Exchange(ref _ended, 1) == 0)
        {
            Raise(Ended);
        }
    }

    private ulong AskedWord => BorrowLayout.Next(_word, BorrowState.Asked, BorrowLayout.BorrowerOf(_word));

    private void Raise(EventHandler? handler)
    {
        try
        {
            handler?.Invoke(this, EventArgs.Empty);
        }
#pragma warning disable CA1031 // a user's handler must not end the pool's watch
        catch (Exception error)
        {
            Trace.TraceError($"A handler of borrowed memory threw: {error}");
        }
#pragma warning restore CA1031
    }
}
