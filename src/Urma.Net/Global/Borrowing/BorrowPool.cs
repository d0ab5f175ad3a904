using System.Diagnostics;
using System.Text;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>
/// Nodes offer idle memory, others borrow it: one borrower at a time, within a policy and quotas, and the lender can always have it
/// back.
/// </summary>
/// <remarks>
/// Thread-safe. Members find the pool by its name; the member that made it keeps its directory, and when it leaves nothing more is
/// borrowed. What a dead borrower had is offered again, what a dead lender had ends. Quotas stop mistakes, not a hostile process.
/// </remarks>
public sealed class BorrowPool : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Lock _looking = new();
    private readonly List<MemoryOffer> _offers = [];
    private readonly List<BorrowedMemory> _leases = [];
    private readonly LocalityWatch _locality;
    private readonly Timer _timer;
    private bool _disposed;

    private BorrowPool(UrmaContext context, SharedDirectory directory, BorrowPolicy policy)
    {
        Context = context;
        Directory = directory;
        Policy = policy;
        _locality = new LocalityWatch(context.Global, policy);
        context.Services.Add(this);
        _timer = new Timer(static state => ((BorrowPool)state!).Look(), this, LookInterval, LookInterval);
    }

    /// <summary>This member.</summary>
    public UrmaContext Context { get; }

    /// <summary>When this member borrows.</summary>
    public BorrowPolicy Policy { get; }

    /// <summary>Bytes this member has borrowed now.</summary>
    public long Borrowed
    {
        get
        {
            lock (_lock)
            {
                return _leases.Sum(static l => l.Length);
            }
        }
    }

    /// <summary>
    /// Most this member borrows now, as a share of its own memory: <see cref="BorrowPolicy.RatioCap"/>, less while too many accesses go to
    /// borrowed memory.
    /// </summary>
    public double CurrentCap => _locality.Cap;

    /// <summary>The share of this context's translated accesses that went to borrowed memory when last looked at; null before.</summary>
    public double? RemoteShare => _locality.Share;

    internal SharedDirectory Directory { get; }

    /// <summary>Makes a pool and becomes its first member.</summary>
    /// <param name="context">This member.</param>
    /// <param name="name">What others find it by.</param>
    /// <param name="options">What holds for everybody; defaults when null.</param>
    /// <param name="policy">What holds for this member; defaults when null.</param>
    /// <exception cref="UrmaException">The name is taken, or memory ran out.</exception>
    public static BorrowPool Create(UrmaContext context, string name, BorrowPoolOptions? options = null, BorrowPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        policy ??= new BorrowPolicy();
        policy.Validate();
        options ??= new BorrowPoolOptions();
        SharedDirectory directory = SharedDirectory.Create(context, name, BorrowLayout.Kind, BorrowLayout.BodyLength, made =>
        {
            using SegmentView view = made.Map();
            view.StoreRelease(BorrowLayout.ProcessQuota, options.ProcessQuota);
            view.StoreRelease(BorrowLayout.TenantQuota, options.TenantQuota);
        });
        return new BorrowPool(context, directory, policy);
    }

    /// <summary>Becomes a member.</summary>
    /// <param name="context">This member.</param>
    /// <param name="name">The pool's name.</param>
    /// <param name="timeout">The longest wait for it to be made.</param>
    /// <param name="policy">What holds for this member; defaults when null.</param>
    /// <exception cref="UrmaException">There is none of this name in time, or it has 64 members.</exception>
    public static BorrowPool Join(UrmaContext context, string name, TimeSpan timeout, BorrowPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        policy ??= new BorrowPolicy();
        policy.Validate();
        SharedDirectory directory = SharedDirectory.Join(context, name, BorrowLayout.Kind, timeout);
        return new BorrowPool(context, directory, policy);
    }

    /// <summary>Offers memory to the others. A borrower takes an offer as a whole: offer in pieces of the size that is wanted.</summary>
    /// <param name="length">Bytes, 1 or more; allocated now.</param>
    /// <exception cref="UrmaException">Memory ran out, or there are 512 offers.</exception>
    public MemoryOffer Offer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ObjectDisposedException.ThrowIf(_disposed, this);
        Segment memory = Context.AllocateSegment(length);
        try
        {
            using SegmentView view = Directory.Map();
            for (int index = 0; index < BorrowLayout.MaxOffers; index++)
            {
                long entry = BorrowLayout.Entry(index);
                ulong word = view.LoadAcquire<ulong>(entry);
                if (BorrowLayout.StateOf(word) != BorrowState.Empty && !TryClear(view, entry, word))
                {
                    continue;
                }

                word = view.LoadAcquire<ulong>(entry);
                if (BorrowLayout.StateOf(word) == BorrowState.Empty
                    && view.CompareSwap(entry, word, BorrowLayout.Next(word, BorrowState.Busy, Directory.Member)) == word)
                {
                    var offer = new MemoryOffer(this, memory, index);
                    lock (_lock)
                    {
                        _offers.Add(offer);
                    }

                    offer.Publish(view, Directory.Member);
                    return offer;
                }
            }
        }
        catch
        {
            memory.Dispose();
            throw;
        }

        memory.Dispose();
        throw new UrmaException(UrmaStatus.OutOfMemory, $"The pool has {BorrowLayout.MaxOffers} offers already: withdraw some, or offer larger pieces.");
    }

    /// <summary>Borrows the smallest offer that is free and long enough.</summary>
    /// <param name="length">Bytes needed, 1 or more.</param>
    /// <param name="tenant">For whom: quotas are kept for each.</param>
    /// <param name="wait">How long to wait where none is free; not at all when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BorrowRefusedException">Nothing was borrowed; says why.</exception>
    public Task<BorrowedMemory> BorrowAsync(long length, string tenant = "", TimeSpan? wait = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentNullException.ThrowIfNull(tenant);
        ObjectDisposedException.ThrowIf(_disposed, this);
        long deadline = TimeLimit.After(wait ?? TimeSpan.Zero);
        return Task.Run(
            async () =>
            {
                while (true)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    (BorrowedMemory? lease, BorrowRefusal refusal, string message) = TryBorrow(length, tenant);
                    if (lease is not null)
                    {
                        return lease;
                    }

                    if (refusal is not (BorrowRefusal.NoneFree or BorrowRefusal.Busy) || TimeLimit.HasPassed(deadline))
                    {
                        throw new BorrowRefusedException(refusal, message);
                    }

                    await Task.Delay(LookInterval / 4, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    /// <summary>Gives back what this member borrowed, takes back what it lent, and leaves.</summary>
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

        // The look that may be under way ends first.
        using (var stopped = new ManualResetEvent(false))
        {
            _ = _timer.Dispose(stopped) && stopped.WaitOne(TimeSpan.FromSeconds(10));
        }

        BorrowedMemory[] leases;
        MemoryOffer[] offers;
        lock (_lock)
        {
            leases = [.. _leases];
            offers = [.. _offers];
        }

        Array.ForEach(leases, static l => l.Dispose());
        Parallel.ForEach(offers, static o => o.Dispose());
        Directory.Dispose();
        Context.Services.Remove(this);
    }

    internal void Forget(BorrowedMemory lease)
    {
        lock (_lock)
        {
            _leases.Remove(lease);
        }
    }

    internal void Forget(MemoryOffer offer)
    {
        lock (_lock)
        {
            _offers.Remove(offer);
        }
    }

    private (BorrowedMemory? Lease, BorrowRefusal Refusal, string Message) TryBorrow(long length, string tenant)
    {
        long own = Policy.MeasureOwn();
        long free = Policy.MeasureFree();
        if (free >= own * Policy.TriggerFreeRatio && Policy.TriggerFreeRatio < 1)
        {
            return (null, BorrowRefusal.NotNeeded, $"{free} of {own} bytes are free here: the policy borrows below {Policy.TriggerFreeRatio:P0}.");
        }

        if (Directory.IsGone)
        {
            return (null, BorrowRefusal.PoolLost, "The member that made the pool is gone: make another.");
        }

        if (!Directory.TryLock(LockTimeout))
        {
            return (null, BorrowRefusal.Busy, $"The pool's lock was not free within {LockTimeout.TotalSeconds:0} s: a member that holds it may be stopped.");
        }

        try
        {
            return TryBorrowLocked(length, tenant, own);
        }
        finally
        {
            Directory.Unlock();
        }
    }

    private (BorrowedMemory? Lease, BorrowRefusal Refusal, string Message) TryBorrowLocked(long length, string tenant, long own)
    {
        ulong tenantKey = KeyOf(tenant);
        using SegmentView view = Directory.Map();
        long best = Survey(view, length, tenantKey, out long bestLength, out long ofProcess, out long ofTenant);
        if (best == 0)
        {
            return (null, BorrowRefusal.NoneFree, $"No offer of at least {length} bytes is free.");
        }

        long cap = (long)(own * CurrentCap);
        if (Borrowed + bestLength > cap)
        {
            return (null, BorrowRefusal.RatioCap, $"{bestLength} bytes more than the {Borrowed} borrowed now exceed the cap of {cap} ({CurrentCap:P1} of {own}).");
        }

        long processQuota = view.LoadAcquire<long>(BorrowLayout.ProcessQuota);
        if (bestLength > processQuota - ofProcess)
        {
            return (null, BorrowRefusal.ProcessQuota, $"This process has borrowed {ofProcess} bytes; {bestLength} more exceed its quota of {processQuota}.");
        }

        long tenantQuota = view.LoadAcquire<long>(BorrowLayout.TenantQuota);
        if (bestLength > tenantQuota - ofTenant)
        {
            return (null, BorrowRefusal.TenantQuota, $"Tenant '{tenant}' has borrowed {ofTenant} bytes; {bestLength} more exceed its quota of {tenantQuota}.");
        }

        ulong word = view.LoadAcquire<ulong>(best);
        ulong lent = BorrowLayout.Next(word, BorrowState.Lent, Directory.Member);
        view.StoreRelease(best + BorrowLayout.TenantWord, tenantKey);
        view.StoreRelease(best + BorrowLayout.ProcessWord, (ulong)Environment.ProcessId);
        if (BorrowLayout.StateOf(word) != BorrowState.Free || view.CompareSwap(best, word, lent) != word)
        {
            return (null, BorrowRefusal.NoneFree, "The offer was withdrawn at this moment.");
        }

        return Take(view, best, lent);
    }

    private (BorrowedMemory? Lease, BorrowRefusal Refusal, string Message) Take(SegmentView view, long entry, ulong lent)
    {
        Span<byte> descriptor = stackalloc byte[SegmentDescriptor.Size];
        SharedDirectory.Read(view, entry + BorrowLayout.DescriptorStart, descriptor);
        var token = new Token((uint)view.LoadAcquire<ulong>(entry + BorrowLayout.TokenWord));
        uint lender = (uint)view.LoadAcquire<ulong>(entry + BorrowLayout.LenderWord);
        try
        {
            var lease = new BorrowedMemory(this, Context.ImportSegment(SegmentDescriptor.Read(descriptor), token), entry, lent, lender);
            lock (_lock)
            {
                _leases.Add(lease);
            }

            return (lease, default, string.Empty);
        }
        catch (UrmaException error)
        {
            // Nobody has used it, but the lender cleans it all the same.
            _ = view.CompareSwap(entry, lent, BorrowLayout.Next(lent, BorrowState.Returned, Directory.Member));
            return (null, BorrowRefusal.NoneFree, $"The offer cannot be imported: {error.Message}");
        }
    }

    // Finds the smallest free offer that is long enough, and adds up what is borrowed. 0 where there is none.
    private long Survey(SegmentView view, long length, ulong tenant, out long bestLength, out long ofProcess, out long ofTenant)
    {
        long best = 0;
        bestLength = long.MaxValue;
        ofProcess = 0;
        ofTenant = 0;
        for (int index = 0; index < BorrowLayout.MaxOffers; index++)
        {
            long entry = BorrowLayout.Entry(index);
            ulong word = view.LoadAcquire<ulong>(entry);
            if (BorrowLayout.StateOf(word) == BorrowState.Empty)
            {
                continue;
            }

            uint lender = (uint)view.LoadAcquire<ulong>(entry + BorrowLayout.LenderWord);
            long there = view.LoadAcquire<long>(entry + BorrowLayout.LengthWord);
            if (TryClear(view, entry, word) || there < 1)
            {
                continue;
            }

            if (BorrowLayout.StateOf(word) is BorrowState.Lent or BorrowState.Asked)
            {
                ofProcess += view.LoadAcquire<ulong>(entry + BorrowLayout.ProcessWord) == (ulong)Environment.ProcessId ? there : 0;
                ofTenant += view.LoadAcquire<ulong>(entry + BorrowLayout.TenantWord) == tenant ? there : 0;
            }
            else if (BorrowLayout.StateOf(word) == BorrowState.Free && lender != Directory.Member && there >= length && there < bestLength)
            {
                best = entry;
                bestLength = there;
            }
        }

        return best;
    }

    // Removes what a dead lender has left.
    private bool TryClear(SegmentView view, long entry, ulong word)
    {
        uint lender = BorrowLayout.StateOf(word) == BorrowState.Busy
            ? BorrowLayout.BorrowerOf(word)
            : (uint)view.LoadAcquire<ulong>(entry + BorrowLayout.LenderWord);
        return lender != Directory.Member && Directory.IsMemberGone(lender)
            && view.CompareSwap(entry, word, BorrowLayout.Next(word, BorrowState.Empty, 0)) == word;
    }

    // Every so often, and never twice at a time.
    private void Look()
    {
        if (!_looking.TryEnter())
        {
            return;
        }

        try
        {
            BorrowedMemory[] leases;
            MemoryOffer[] offers;
            lock (_lock)
            {
                leases = [.. _leases];
                offers = [.. _offers];
            }

            Array.ForEach(leases, static l => l.Look());
            _locality.Look(leases);
            if (!Directory.IsGone)
            {
                Array.ForEach(offers, static o => o.Recycle());
            }
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException)
        {
            Trace.TraceInformation($"A pool that is ending could not be looked at: {error.Message}");
        }
        finally
        {
            _looking.Exit();
        }
    }

    // FNV-1a: the same in every process.
    private static ulong KeyOf(string tenant)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(tenant))
        {
            hash = (hash ^ value) * 0x100000001b3;
        }

        return hash;
    }
}
