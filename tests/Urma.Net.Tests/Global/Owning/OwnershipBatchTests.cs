namespace Urma.Net.Tests.Global.Owning;

/// <summary>Many ranges change hands in one round.</summary>
public sealed class OwnershipBatchTests
{
    private const int G = 4096;

    [Fact]
    public void Scattered_ranges_take_one_round()
    {
        using var two = new TwoMembers(new OwnershipDomainOptions { GranuleSize = 64 });
        OwnershipChange[] changes = [.. Enumerable.Range(0, 256).Select(i => new OwnershipChange(two.Theirs, (255 - i) * 128, 64, Ownership.Write))];
        var results = new OwnershipResult[256];
        two.Mine.AcquireWrite(0, 65536).Dispose();

        Assert.Equal(256, two.Joiner.SetOwnership(changes, results));

        OwnershipCounters counters = two.Joiner.GetCounters();
        Assert.Equal(1, counters.Rounds);
        Assert.Equal(256, counters.Switches);
        Assert.Equal(0, counters.Coalesced);
        Assert.All(results, r => Assert.True(r.IsGranted));
        for (int i = 0; i < 512; i++)
        {
            Assert.Equal(i % 2 == 0 ? Ownership.Write : Ownership.None, two.Theirs.GetOwnership(i * 64, 64));
            Assert.Equal(i % 2 == 0 ? Ownership.None : Ownership.Write, two.Mine.GetOwnership(i * 64, 64));
        }

        Assert.Equal(256, two.Joiner.SetOwnership(changes, results));
        Assert.Equal(1, two.Joiner.GetCounters().Rounds);
    }

    [Fact]
    public void Neighbours_and_repetitions_are_joined()
    {
        using var two = new TwoMembers();
        OwnershipChange[] changes =
        [
            new(two.Mine, 2 * G, G, Ownership.Write), new(two.Mine, 0, G, Ownership.Write), new(two.Mine, G, G, Ownership.Write),
            new(two.Mine, 0, 2 * G, Ownership.Write), new(two.Mine, 4 * G, G, Ownership.Read), new(two.Mine, 5 * G, G, Ownership.Write),
        ];
        var results = new OwnershipResult[changes.Length];
        Assert.Equal(changes.Length, two.Creator.SetOwnership(changes, results));
        Assert.Equal(3, two.Creator.GetCounters().Coalesced);
        Assert.Equal(5, two.Creator.GetCounters().Switches);
        Assert.Equal(Ownership.Write, two.Mine.GetOwnership(0, 3 * G));
        Assert.Equal(Ownership.None, two.Mine.GetOwnership(3 * G, G));
        Assert.Equal(Ownership.Read, two.Mine.GetOwnership(4 * G, G));
        Assert.Equal(Ownership.Write, two.Mine.GetOwnership(5 * G, G));
    }

    [Fact]
    public void All_or_nothing_changes_nothing_when_one_range_is_used()
    {
        using var two = new TwoMembers();
        OwnershipChange[] changes = [.. Enumerable.Range(0, 4).Select(i => new OwnershipChange(two.Theirs, 2 * i * G, G, Ownership.Write))];
        var results = new OwnershipResult[4];
        two.Mine.AcquireWrite(0, 8 * G).Dispose();
        using (two.Mine.OpenWrite(4 * G, 8))
        {
            UrmaException error = Assert.Throws<UrmaException>(
                () => two.Joiner.SetOwnership(changes, results, new SetOwnershipOptions { Timeout = TimeSpan.FromMilliseconds(30) }));
            Assert.Equal(UrmaStatus.TimedOut, error.Status);
            Assert.Contains($"{Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(OwnershipStatus.TimedOut, results[2].Status);
        Assert.Equal(Environment.ProcessId, results[2].HolderProcessId);
        Assert.DoesNotContain(results, r => r.IsGranted);
        Assert.Equal(Ownership.Write, two.Mine.GetOwnership(0, 8 * G));
    }

    [Fact]
    public void Per_item_grants_what_can_be_had()
    {
        using var two = new TwoMembers();
        OwnershipChange[] changes =
        [
            .. Enumerable.Range(0, 4).Select(i => new OwnershipChange(two.Theirs, i * G, G, Ownership.Write)),
            new(two.Theirs, 1, 1, Ownership.Write), new(two.Theirs, 3 * G, G, Ownership.Read),
        ];
        var results = new OwnershipResult[changes.Length];
        var options = new SetOwnershipOptions { PerItem = true, Timeout = TimeSpan.Zero };
        two.Mine.AcquireWrite(0, 8 * G).Dispose();
        using (two.Mine.OpenWrite(2 * G, 8))
        {
            Assert.Equal(3, two.Joiner.SetOwnership(changes, results, options));
        }

        Assert.Equal(
            [OwnershipStatus.Granted, OwnershipStatus.Granted, OwnershipStatus.TimedOut, OwnershipStatus.Granted, OwnershipStatus.Invalid, OwnershipStatus.Invalid],
            results.Select(r => r.Status));
        Assert.Equal(Environment.ProcessId, results[2].HolderProcessId);
        Assert.Equal(Ownership.Write, two.Mine.GetOwnership(2 * G, G));
        Assert.Equal(Ownership.Write, two.Theirs.GetOwnership(3 * G, G));
        Assert.Equal(4, two.Joiner.SetOwnership(changes, results, options));
    }

    [Fact]
    public void Bad_ranges_are_refused_by_name()
    {
        using var two = new TwoMembers(regionLength: (16 * G) + 100);
        var results = new OwnershipResult[2];
        AssertRefused(new OwnershipChange(two.Mine, 0, 0, Ownership.Read), "empty");
        AssertRefused(new OwnershipChange(two.Mine, 1, G, Ownership.Read), "granule");
        AssertRefused(new OwnershipChange(two.Mine, 0, G + 1, Ownership.Read), "granule");
        AssertRefused(new OwnershipChange(two.Mine, -G, G, Ownership.Read), "negative");
        AssertRefused(new OwnershipChange(two.Mine, 16 * G, G, Ownership.Read), "inside");
        AssertRefused(new OwnershipChange(two.Mine, G, long.MaxValue - G + 1, Ownership.Read), "inside");
        AssertRefused(new OwnershipChange(two.Mine, 0, G, (Ownership)3), "no ownership");
        AssertRefused(new OwnershipChange(two.Theirs, 0, G, Ownership.Read), "another domain");
        AssertRefused(default, "no region");
        two.Creator.SetOwnership(new OwnershipChange(two.Mine, 16 * G, 100, Ownership.Read));
        ArgumentException contradiction = Assert.Throws<ArgumentException>(() => two.Creator.SetOwnership(
            [new(two.Mine, 0, 2 * G, Ownership.Read), new(two.Mine, G, G, Ownership.Write)], results));
        Assert.Contains("overlaps", contradiction.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => two.Creator.SetOwnership([OwnershipChange.Whole(two.Mine, Ownership.Read)], []));
        Assert.Equal(0, two.Creator.SetOwnership([], []));

        void AssertRefused(OwnershipChange change, string why)
        {
            Assert.Contains(why, Assert.Throws<ArgumentException>(() => two.Creator.SetOwnership(change)).Message, StringComparison.Ordinal);
            Assert.Contains(why, Assert.Throws<ArgumentException>(() => two.Creator.SetOwnership([change], results)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void More_ranges_than_the_domain_takes_are_refused()
    {
        using var two = new TwoMembers(new OwnershipDomainOptions { MaxRanges = 2 });
        OwnershipChange[] changes = [.. Enumerable.Range(0, 3).Select(i => new OwnershipChange(two.Mine, 2 * i * G, G, Ownership.Write))];
        Assert.Contains("MaxRanges", Assert.Throws<ArgumentException>(() => two.Creator.SetOwnership(changes, new OwnershipResult[3])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_ends_the_wait_and_changes_nothing()
    {
        using var two = new TwoMembers();
        using OwnershipScope mine = two.Mine.AcquireWrite(0, G);
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var results = new OwnershipResult[1];
        Assert.Throws<OperationCanceledException>(() => two.Joiner.SetOwnership(
            [OwnershipChange.Whole(two.Theirs, Ownership.Write)], results, new SetOwnershipOptions { Timeout = TwoMembers.Bound }, cancelled.Token));
        Assert.Equal(OwnershipStatus.Cancelled, results[0].Status);
        Assert.Equal(Ownership.Write, two.Mine.GetOwnership(0, G));
    }

    [Fact]
    public async Task The_awaited_form_completes_at_once_where_nobody_is_in_the_way()
    {
        using var two = new TwoMembers();
        OwnershipChange[] changes = [OwnershipChange.Whole(two.Theirs, Ownership.Write)];
        var results = new OwnershipResult[1];
        ValueTask<int> free = two.Joiner.SetOwnershipAsync(changes, results);
        Assert.True(free.IsCompletedSuccessfully);
        Assert.Equal(1, await free);
        changes[0] = OwnershipChange.Whole(two.Mine, Ownership.Read);
        Task<int> waiting;
        using (two.Theirs.OpenWrite(0, 8))
        {
            waiting = two.Creator.SetOwnershipAsync(changes, results).AsTask();
            Assert.False(waiting.Wait(50));
        }

        Assert.Equal(1, await waiting.WaitAsync(TwoMembers.Bound));
        Assert.Equal(0, two.Creator.GetCounters().Timeouts);
    }

    [Fact]
    public void Giving_back_makes_it_free_and_lowering_keeps_readers()
    {
        using var two = new TwoMembers();
        two.Creator.SetOwnership(OwnershipChange.Whole(two.Mine, Ownership.Write));
        two.Creator.SetOwnership(OwnershipChange.Whole(two.Mine, Ownership.Read));
        two.Joiner.SetOwnership(OwnershipChange.Whole(two.Theirs, Ownership.Read));
        Assert.Equal(Ownership.Read, two.Mine.GetOwnership(0, G));
        two.Creator.SetOwnership(OwnershipChange.Whole(two.Mine, Ownership.None));
        Assert.Equal(Ownership.None, two.Mine.GetOwnership(0, G));
        Assert.Equal(Ownership.Read, two.Theirs.GetOwnership(0, G));
        using OwnershipScope read = two.Theirs.OpenRead(0, G);
        UrmaException error = Assert.Throws<UrmaException>(
            () => two.Joiner.SetOwnership(OwnershipChange.Whole(two.Theirs, Ownership.None), TimeSpan.FromMilliseconds(20)));
        Assert.Contains("this process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steady_state_allocates_nothing()
    {
        using var two = new TwoMembers(new OwnershipDomainOptions { GranuleSize = 64 });
        OwnershipChange[][] changes = [.. new[] { two.Mine, two.Theirs }.Select(
            region => Enumerable.Range(0, 100).Select(i => new OwnershipChange(region, (99 - i) * 128, 64, Ownership.Write)).ToArray())];
        var results = new OwnershipResult[100];
        long before = 0;
        for (int i = 0; i < 200; i++)
        {
            if (i == 100)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            two.Creator.SetOwnership(changes[0], results);
            two.Joiner.SetOwnership(changes[1], results);
            two.Creator.SetOwnership(new OwnershipChange(two.Mine, 0, 64, Ownership.Read));
            using OwnershipScope write = two.Mine.AcquireWrite(0, 256);
            using OwnershipScope read = two.Theirs.AcquireRead(1024, 8);
            write.Bytes[0] = read.ReadOnlyBytes[0];
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
