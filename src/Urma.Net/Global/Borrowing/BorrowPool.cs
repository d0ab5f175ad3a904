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
    private const int MostAttempts = 4;

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Lock _looking = new();
    private readonly List<MemoryOffer> _offers = [];
    private readonly List<BorrowedMemory> _leases = [];
    private readonly LocalityWatch _locality;
    private readonly Timer _timer;
    private long _claimed;
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
            using SharedWords view = made.Map();
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
            using SharedWords view = Directory.Map();
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
        var stopped = new ManualResetEvent(false);
        if (!_timer.Dispose(stopped) || stopped.WaitOne(TimeSpan.FromSeconds(10)))
        {
            // Otherwise the timer still sets it.
            stopped.Dispose();
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

        // An offer of a lender that is not seen as dead yet cannot be imported: then another is tried.
        for (int attempt = 1; ; attempt++)
        {
            if (!Directory.TryLock(LockTimeout))
            {
                return (null, BorrowRefusal.Busy, $"The pool's lock was not free within {LockTimeout.TotalSeconds:0} s: a member that holds it may be stopped.");
            }

            Claim claim;
            try
            {
                claim = TryClaim(length, tenant, own);
            }
            finally
            {
                Directory.Unlock();
            }

            if (claim.Entry == 0)
            {
                return (null, claim.Refusal, claim.Message);
            }

            // Without the lock, because a lender that is stopped does not answer for long.
            (BorrowedMemory? lease, string message, bool isSlow) = Take(in claim);
            if (lease is not null || isSlow || attempt == MostAttempts)
            {
                return (lease, BorrowRefusal.NoneFree, message);
            }
        }
    }

    private Claim TryClaim(long length, string tenant, long own)
    {
        ulong tenantKey = KeyOf(tenant);
        using SharedWords view = Directory.Map();
        Claim best = Survey(view, length, tenantKey, out long ofProcess, out long ofTenant);
        if (best.Entry == 0)
        {
            return Refuse(BorrowRefusal.NoneFree, $"No offer of at least {length} bytes is free.");
        }

        long cap = (long)(own * CurrentCap);
        long borrowed = Borrowed + Interlocked.Read(ref _claimed);
        if (best.Length > cap - borrowed)
        {
            return Refuse(BorrowRefusal.RatioCap, $"{best.Length} bytes more than the {borrowed} borrowed now exceed the cap of {cap} ({CurrentCap:P1} of {own}).");
        }

        long processQuota = Math.Max(view.LoadAcquire<long>(BorrowLayout.ProcessQuota), 0);
        if (best.Length > processQuota - ofProcess)
        {
            return Refuse(BorrowRefusal.ProcessQuota, $"This process has borrowed {ofProcess} bytes; {best.Length} more exceed its quota of {processQuota}.");
        }

        long tenantQuota = Math.Max(view.LoadAcquire<long>(BorrowLayout.TenantQuota), 0);
        if (best.Length > tenantQuota - ofTenant)
        {
            return Refuse(BorrowRefusal.TenantQuota, $"Tenant '{tenant}' has borrowed {ofTenant} bytes; {best.Length} more exceed its quota of {tenantQuota}.");
        }

        // Against the word the survey saw: an entry that was used again since may be longer.
        ulong lent = BorrowLayout.Next(best.Word, BorrowState.Lent, Directory.Member);
        view.StoreRelease(best.Entry + BorrowLayout.TenantWord, tenantKey);
        view.StoreRelease(best.Entry + BorrowLayout.ProcessWord, (ulong)Environment.ProcessId);
        if (view.CompareSwap(best.Entry, best.Word, lent) != best.Word)
        {
            return Refuse(BorrowRefusal.NoneFree, "The offer was withdrawn at this moment.");
        }

        Interlocked.Add(ref _claimed, best.Length);
        return best with { Word = lent };
    }

    private static Claim Refuse(BorrowRefusal refusal, string message) => new() { Refusal = refusal, Message = message };

    private (BorrowedMemory? Lease, string Message, bool IsSlow) Take(in Claim claim)
    {
        using SharedWords view = Directory.Map();
        Span<byte> descriptor = stackalloc byte[SegmentDescriptor.Size];
        SharedDirectory.Read(view, claim.Entry + BorrowLayout.DescriptorStart, descriptor);
        var token = new Token((uint)view.LoadAcquire<ulong>(claim.Entry + BorrowLayout.TokenWord));
        uint lender = (uint)view.LoadAcquire<ulong>(claim.Entry + BorrowLayout.LenderWord);
        try
        {
            TargetSegment target = Context.ImportSegment(SegmentDescriptor.Read(descriptor), token);
            if (target.Length != claim.Length)
            {
                target.Dispose();
                throw new UrmaException(UrmaStatus.InvalidArgument, $"it was said to have {claim.Length} bytes and has {target.Length}.");
            }

            var lease = new BorrowedMemory(this, target, claim.Entry, claim.Word, lender);
            lock (_lock)
            {
                _leases.Add(lease);
            }

            return (lease, string.Empty, false);
        }
        catch (UrmaException error)
        {
            // Nobody has used it, but the lender cleans it all the same.
            _ = view.CompareSwap(claim.Entry, claim.Word, BorrowLayout.Next(claim.Word, BorrowState.Returned, Directory.Member));
            return (null, $"The offer cannot be imported: {error.Message}", error.Status == UrmaStatus.TimedOut);
        }
        finally
        {
            Interlocked.Add(ref _claimed, -claim.Length);
        }
    }

    // Finds the smallest free offer that is long enough, and adds up what is borrowed. Entry 0 where there is none.
    private Claim Survey(in SharedWords view, long length, ulong tenant, out long ofProcess, out long ofTenant)
    {
        var best = new Claim { Length = long.MaxValue };
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
                // A sum of lengths that a member made up must not wrap around below its quota.
                ofProcess += view.LoadAcquire<ulong>(entry + BorrowLayout.ProcessWord) == (ulong)Environment.ProcessId ? Math.Min(there, long.MaxValue - ofProcess) : 0;
                ofTenant += view.LoadAcquire<ulong>(entry + BorrowLayout.TenantWord) == tenant ? Math.Min(there, long.MaxValue - ofTenant) : 0;
            }
            else if (BorrowLayout.StateOf(word) == BorrowState.Free && lender != Directory.Member && there >= length && there < best.Length)
            {
                best = new Claim { Entry = entry, Word = word, Length = there };
            }
        }

        return best;
    }

    // Removes what a dead lender has left.
    private bool TryClear(in SharedWords view, long entry, ulong word)
    {
        uint lender = BorrowLayout.StateOf(word) == BorrowState.Busy
            ? BorrowLayout.BorrowerOf(word)
            : (uint)view.LoadAcquire<ulong>(entry + BorrowLayout.LenderWord);
        return lender != Directory.Member && Directory.LooksMemberGone(lender)
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

            Array.ForEach(leases, static l => Try(l.Look));
            Try(() => _locality.Look(leases));
            if (!Directory.IsGone)
            {
                Array.ForEach(offers, static o => Try(o.Recycle));
            }
        }
        finally
        {
            _looking.Exit();
        }
    }

    // What befalls one must not keep the look from the others.
    private static void Try(Action look)
    {
        try
        {
            look();
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException)
        {
            Trace.TraceInformation($"Borrowed or lent memory could not be looked at: {error.Message}");
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

    /// <summary>An entry that is free, or was taken for this member; entry 0 and why where there is none.</summary>
    private readonly record struct Claim
    {
        public long Entry { get; init; }

        public ulong Word { get; init; }

        public long Length { get; init; }

        public BorrowRefusal Refusal { get; init; }

        public string Message { get; init; }
    }
}
