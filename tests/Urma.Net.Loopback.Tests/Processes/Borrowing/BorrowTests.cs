namespace Urma.Net.Loopback.Tests.Processes.Borrowing;

/// <summary>Borrowing between processes: exclusive, within quotas, and always to be had back.</summary>
public sealed class BorrowTests : ProcessTest
{
    private const string Name = "pool";
    private const int Length = 1 << 20;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly BorrowPolicy Eager = new() { OwnMemory = 1L << 40, TriggerFreeRatio = 1, ReclaimTimeout = TimeSpan.FromMilliseconds(200) };

    [Fact]
    public async Task A_lease_is_exclusive_and_its_memory_clean()
    {
        UrmaContext context = OpenHere();
        using BorrowPool pool = BorrowPool.Create(context, Name, policy: Eager);
        using MemoryOffer offer = pool.Offer(Length);
        PeerProcess first = JoinPeer();
        PeerProcess second = JoinPeer();
        PeerReply lease = first.Ask("pool-borrow length=1000");
        Assert.Equal("-", lease["refusal"]);
        Assert.Equal((Length, 1), (lease.Number("length"), lease.Number("clean")));
        Assert.True(offer.IsLent);
        Assert.Equal("NoneFree", second.Ask("pool-borrow length=1000")["refusal"]);

        // What one borrower wrote the next does not see.
        first.Ask("pool-hammer");
        first.AwaitEvent("hammering");
        first.Ask("pool-return");
        Threads.Until(() => !offer.IsLent, "the memory is free again");
        PeerReply next = default!;
        Threads.Until(() => (next = second.Ask("pool-borrow length=1000"))["refusal"] == "-", "the next borrower has it");
        Assert.Equal(1, next.Number("clean"));
        BorrowRefusedException own = await Assert.ThrowsAsync<BorrowRefusedException>(() => pool.BorrowAsync(1));
        Assert.Equal(BorrowRefusal.NoneFree, own.Refusal);
    }

    [Fact]
    public async Task A_copy_that_runs_while_the_memory_is_taken_away_ends_with_a_status_and_harms_nobody()
    {
        UrmaContext context = OpenHere();
        using BorrowPool pool = BorrowPool.Create(context, Name, policy: Eager);
        using MemoryOffer offer = pool.Offer(8 * Length);
        PeerProcess borrower = JoinPeer();
        for (int round = 0; round < 5; round++)
        {
            Threads.Until(() => borrower.Ask("pool-borrow length=1")["refusal"] == "-", "the memory is lent");
            borrower.Ask("pool-hammer");
            borrower.AwaitEvent("hammering");
            Assert.Equal(ReclaimResult.Revoked, await offer.ReclaimAsync(TimeSpan.FromMilliseconds(60)));
            PeerReply end = borrower.AwaitEvent("hammered");
            Assert.Equal(("Revoked", "Revoked"), (end["status"], end["ended"]));

            // Cleared when it was taken back; nothing of the copies that went on may have come after.
            byte[] now = new byte[8 * Length];
            context.Global.Xcopy(now, offer.Address);
            Assert.Equal(-1, now.AsSpan().IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public async Task A_borrower_that_is_asked_returns_in_time()
    {
        UrmaContext context = OpenHere();
        using BorrowPool pool = BorrowPool.Create(context, Name, policy: Eager);
        using MemoryOffer offer = pool.Offer(Length);
        PeerProcess borrower = JoinPeer();
        Assert.Equal(ReclaimResult.WasFree, await offer.ReclaimAsync());
        Assert.Equal("-", borrower.Ask("pool-borrow length=1")["refusal"]);
        Task<ReclaimResult> reclaim = offer.ReclaimAsync(Bound);
        borrower.AwaitEvent("asked");
        borrower.Ask("pool-return");
        Assert.Equal(ReclaimResult.Returned, await reclaim.WaitAsync(Bound));
        Assert.False(offer.IsLent);
    }

    [Fact]
    public void What_a_dead_borrower_had_is_offered_again_and_what_a_dead_lender_had_ends()
    {
        UrmaContext context = OpenHere();
        using BorrowPool pool = BorrowPool.Create(context, Name, policy: Eager);
        using MemoryOffer offer = pool.Offer(Length);
        PeerProcess borrower = JoinPeer();
        Assert.Equal("-", borrower.Ask("pool-borrow length=1")["refusal"]);
        Assert.True(offer.IsLent);
        borrower.Kill();
        Threads.Until(() => !offer.IsLent, "the dead borrower's memory is free");

        PeerProcess lender = JoinPeer();
        lender.Ask($"pool-offer length={2 * Length}");
        BorrowedMemory lease = pool.BorrowAsync(2 * Length).GetAwaiter().GetResult();
        using var ended = new ManualResetEventSlim();
        lease.Ended += (_, _) => ended.Set();
        Assert.Equal(GlobalMemoryStatus.Success, lease.Status);
        lender.Kill();
        Assert.True(ended.Wait(Bound));
        Assert.Equal(GlobalMemoryStatus.OwnerLost, lease.Status);
        Assert.Equal(GlobalMemoryStatus.OwnerLost, context.Global.TryXcopy(new byte[8], lease.Address));
        lease.Dispose();
        Assert.Equal(0, pool.Borrowed);

        // The dead lender's place is free for another.
        PeerProcess other = JoinPeer();
        other.Ask($"pool-offer length={2 * Length}");
        using BorrowedMemory again = pool.BorrowAsync(2 * Length).GetAwaiter().GetResult();
        Assert.Equal(GlobalMemoryStatus.Success, again.Status);
    }

    [Fact]
    public async Task Trigger_cap_and_quotas_refuse_by_name()
    {
        UrmaContext context = OpenHere();
        var options = new BorrowPoolOptions { ProcessQuota = 3 * Length, TenantQuota = 2 * Length };
        using BorrowPool pool = BorrowPool.Create(context, Name, options, Eager);
        PeerProcess lender = JoinPeer();
        for (int i = 0; i < 6; i++)
        {
            lender.Ask($"pool-offer length={Length}");
        }

        using BorrowPool rich = BorrowPool.Join(context, Name, Bound, new BorrowPolicy { OwnMemory = 100 * Length, FreeMemory = () => 20 * Length });
        Assert.Equal(BorrowRefusal.NotNeeded, await Refusal(rich, "a"));
        using BorrowPool small = BorrowPool.Join(
            context, Name, Bound, new BorrowPolicy { OwnMemory = 4 * Length, FreeMemory = () => 0 });
        using (await small.BorrowAsync(Length, "s"))
        {
            Assert.Equal(BorrowRefusal.RatioCap, await Refusal(small, "s"));
        }

        using BorrowedMemory one = await pool.BorrowAsync(Length, "a", Bound);
        using BorrowedMemory two = await pool.BorrowAsync(Length, "a", Bound);
        Assert.Equal(BorrowRefusal.TenantQuota, await Refusal(pool, "a"));
        using BorrowedMemory three = await pool.BorrowAsync(Length, "b", Bound);
        Assert.Equal(BorrowRefusal.ProcessQuota, await Refusal(pool, "b"));

        // A quota of a tenant counts all processes, that of a process only its own.
        PeerProcess other = JoinPeer();
        Assert.Equal("TenantQuota", other.Ask($"pool-borrow length={Length} tenant=a")["refusal"]);
        Assert.Equal("-", other.Ask($"pool-borrow length={Length} tenant=b")["refusal"]);
        two.Dispose();
        using BorrowedMemory four = await pool.BorrowAsync(Length, "a", Bound);
        Assert.Equal(3 * Length, pool.Borrowed);
    }

    [Fact]
    public async Task Poor_locality_lowers_the_cap_and_good_locality_restores_it()
    {
        UrmaContext context = OpenHere();
        using Segment near = context.AllocateSegment(3 * Length);
        var policy = new BorrowPolicy { OwnMemory = 4 * Length, TriggerFreeRatio = 1, AccessesPerSample = 1000, LowestCap = 0.05 };
        using BorrowPool pool = BorrowPool.Create(context, Name, policy: policy);
        PeerProcess lender = JoinPeer();
        lender.Ask($"pool-offer length={Length}");
        using BorrowedMemory lease = await pool.BorrowAsync(Length);
        Assert.Equal(0.25, pool.CurrentCap);

        // Uniform over own and borrowed memory: a quarter of the accesses.
        Threads.Until(() => Access(context, near, lease, every: 4) && pool.CurrentCap == 0.05, "the cap is lowered");
        Assert.InRange(pool.RemoteShare!.Value, 0.2, 0.3);
        lender.Ask($"pool-offer length={Length / 4}");
        Assert.Equal(BorrowRefusal.RatioCap, (await Assert.ThrowsAsync<BorrowRefusedException>(() => pool.BorrowAsync(1))).Refusal);

        Threads.Until(() => Access(context, near, lease, every: 1000) && pool.CurrentCap == 0.25, "the cap is restored");
        Assert.InRange(pool.RemoteShare!.Value, 0, 0.01);
    }

    [Fact]
    public async Task A_pool_whose_maker_is_gone_lends_nothing_more()
    {
        UrmaContext context = OpenHere();
        PeerProcess maker = OpenPeer();
        maker.Ask($"pool-create name={Name}");
        using BorrowPool pool = BorrowPool.Join(context, Name, Bound, Eager);
        MemoryOffer offer = pool.Offer(Length);
        maker.Kill();
        Threads.Until(() => pool.BorrowAsync(1).ContinueWith(t => (t.Exception?.InnerException as BorrowRefusedException)?.Refusal).Result == BorrowRefusal.PoolLost, "the loss is seen");
        offer.Dispose();
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_context_that_closes_gives_back_and_takes_back()
    {
        UrmaContext context = OpenHere();
        using BorrowPool pool = BorrowPool.Create(context, Name, policy: Eager);
        using MemoryOffer offer = pool.Offer(Length);
        UrmaContext other = OpenHere();
        BorrowPool member = BorrowPool.Join(other, Name, Bound, Eager);
        BorrowedMemory lease = await member.BorrowAsync(1);
        MemoryOffer theirs = member.Offer(Length);
        using BorrowedMemory ours = await pool.BorrowAsync(1);
        other.Dispose();
        Threads.Until(() => !offer.IsLent, "the lease has come back");
        Assert.NotEqual(GlobalMemoryStatus.Success, ours.Status);
        lease.Dispose();
        theirs.Dispose();
        member.Dispose();
    }

    [Fact]
    public async Task An_offer_whose_entry_is_stuck_can_be_withdrawn()
    {
        UrmaContext context = OpenHere();
        using BorrowPool pool = BorrowPool.Create(context, Name, policy: Eager);
        MemoryOffer offer = pool.Offer(Length);
        long entry = Global.BorrowLayout.Entry(0);
        using Global.SharedDirectory directory = Global.SharedDirectory.Join(context, Name, Global.BorrowLayout.Kind, Bound);
        using (Global.SharedWords view = directory.Map())
        {
            uint lender = (uint)view.LoadAcquire<ulong>(entry + Global.BorrowLayout.LenderWord);
            view.StoreRelease(entry, Global.BorrowLayout.Next(view.LoadAcquire<ulong>(entry), Global.BorrowState.Busy, lender));
        }

        await Assert.ThrowsAsync<UrmaException>(() => offer.ReclaimAsync(TimeSpan.FromMilliseconds(50)).WaitAsync(Bound));
        await Task.Run(offer.Dispose).WaitAsync(Bound);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => offer.ReclaimAsync());
        using Global.SharedWords after = directory.Map();
        Assert.Equal(Global.BorrowState.Empty, Global.BorrowLayout.StateOf(after.LoadAcquire<ulong>(entry)));
    }

    [Fact]
    public async Task An_offer_that_is_longer_than_was_counted_is_not_borrowed()
    {
        UrmaContext context = OpenHere();
        using BorrowPool pool = BorrowPool.Create(context, Name, policy: Eager);
        using BorrowPool lender = BorrowPool.Join(OpenHere(), Name, Bound, Eager);
        using MemoryOffer offer = lender.Offer(Length);
        using (Global.SharedDirectory directory = Global.SharedDirectory.Join(context, Name, Global.BorrowLayout.Kind, Bound))
        {
            using Global.SharedWords view = directory.Map();
            view.StoreRelease(Global.BorrowLayout.Entry(0) + Global.BorrowLayout.LengthWord, Length / 2L);
        }

        BorrowRefusedException refused = await Assert.ThrowsAsync<BorrowRefusedException>(() => pool.BorrowAsync(1));
        Assert.Equal(BorrowRefusal.NoneFree, refused.Refusal);
        Assert.Equal(0, pool.Borrowed);
    }

    private static bool Access(UrmaContext context, Segment near, BorrowedMemory lease, int every)
    {
        Span<byte> word = stackalloc byte[8];
        for (int i = 0; i < 5000; i++)
        {
            context.Global.Xcopy(word, i % every == 0 ? lease.Address : near.GlobalAddress);
        }

        return true;
    }

    private static async Task<BorrowRefusal> Refusal(BorrowPool pool, string tenant) =>
        (await Assert.ThrowsAsync<BorrowRefusedException>(() => pool.BorrowAsync(Length, tenant))).Refusal;

    private PeerProcess JoinPeer()
    {
        PeerProcess peer = OpenPeer();
        peer.Ask($"pool-join name={Name}");
        return peer;
    }
}
