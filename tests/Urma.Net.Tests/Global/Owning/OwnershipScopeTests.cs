namespace Urma.Net.Tests.Global.Owning;

/// <summary>Ranges are owned by one writer or many readers, and a scope keeps them.</summary>
public sealed class OwnershipScopeTests
{
    private const int G = 4096;

    [Fact]
    public void What_one_writes_the_next_reads()
    {
        using var two = new TwoMembers();
        using (OwnershipScope write = two.Mine.AcquireWrite(100, 200))
        {
            write.Bytes.Fill(7);
        }

        using OwnershipScope read = two.Theirs.AcquireRead(100, 200);
        Assert.Equal(-1, read.ReadOnlyBytes.IndexOfAnyExcept((byte)7));
        Assert.Equal(Ownership.Read, two.Mine.GetOwnership(0, G));
    }

    [Fact]
    public void Only_one_holds_the_right_to_write()
    {
        using var two = new TwoMembers();
        two.Mine.AcquireWrite(0, G).Dispose();
        Assert.Equal(Ownership.Write, two.Mine.GetOwnership(0, G));
        two.Theirs.AcquireWrite(0, G).Dispose();
        Assert.Equal(Ownership.None, two.Mine.GetOwnership(0, G));
        Assert.Equal(Ownership.Write, two.Theirs.GetOwnership(0, G));

        UrmaException error = Assert.Throws<UrmaException>(() => two.Mine.OpenWrite(0, G).Dispose());
        Assert.Equal(UrmaStatus.OperationNotPermitted, error.Status);
        Assert.Throws<UrmaException>(() => two.Mine.OpenRead(0, G).Dispose());
        two.Theirs.OpenWrite(0, G).Dispose();
    }

    [Fact]
    public void Readers_share_and_a_writer_takes_it_from_all()
    {
        using var two = new TwoMembers();
        using (two.Mine.AcquireRead(0, G))
        using (two.Theirs.AcquireRead(0, G))
        {
            Assert.Equal(Ownership.Read, two.Mine.GetOwnership(0, G));
        }

        two.Theirs.AcquireWrite(0, G).Dispose();
        Assert.Equal(Ownership.None, two.Mine.GetOwnership(0, G));
    }

    [Fact]
    public void An_open_scope_is_waited_for_and_the_error_names_the_holder()
    {
        using var two = new TwoMembers();
        using (two.Mine.AcquireWrite(G, G))
        {
            UrmaException error = Assert.Throws<UrmaException>(() => two.Theirs.AcquireWrite(0, 3 * G, TimeSpan.FromMilliseconds(50)).Dispose());
            Assert.Equal(UrmaStatus.TimedOut, error.Status);
            Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
            two.Mine.OpenWrite(G, G).Dispose();
            Assert.Equal(Ownership.None, two.Theirs.GetOwnership(0, G));
        }

        two.Theirs.AcquireWrite(0, 3 * G).Dispose();
        Assert.Equal(1, two.Joiner.GetCounters().Timeouts);
    }

    [Fact]
    public async Task Who_waits_gets_it_when_the_scope_ends()
    {
        using var two = new TwoMembers();
        Task waiter;
        using (OwnershipScope mine = two.Mine.AcquireWrite(0, 8))
        {
            waiter = Task.Factory.StartNew(() => two.Theirs.AcquireWrite(0, 8, TwoMembers.Bound).Dispose(), TaskCreationOptions.LongRunning);
            Assert.True(SpinWait.SpinUntil(() => two.Joiner.GetCounters().Rounds == 1, TwoMembers.Bound));
            Assert.False(waiter.Wait(50));
        }

        await waiter.WaitAsync(TwoMembers.Bound);
        Assert.Equal(1, two.Joiner.GetCounters().Waits.Count);
        Assert.True(two.Joiner.GetCounters().Waits.Percentile(50) > 10e6);
    }

    [Fact]
    public void A_scope_for_reading_gives_no_span_to_write()
    {
        using var two = new TwoMembers();
        Assert.Throws<UrmaException>(() =>
        {
            using OwnershipScope read = two.Mine.AcquireRead(0, 8);
            read.Bytes[0] = 1;
        });
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 8)]
    [InlineData(65536, 8)]
    [InlineData(65530, 8)]
    [InlineData(0, long.MaxValue)]
    public void Scopes_lie_inside_their_region(long offset, long length)
    {
        using var two = new TwoMembers();
        Assert.Throws<ArgumentOutOfRangeException>(() => two.Mine.AcquireWrite(offset, length).Dispose());
    }

    [Fact]
    public void A_writer_reads_without_giving_up_its_right()
    {
        using var two = new TwoMembers();
        two.Mine.AcquireWrite(0, G).Dispose();
        two.Mine.AcquireRead(0, 2 * G).Dispose();
        Assert.Equal(Ownership.Write, two.Mine.GetOwnership(0, G));
        Assert.Equal(Ownership.Read, two.Mine.GetOwnership(G, G));
    }

    [Fact]
    public void What_a_member_leaves_is_free()
    {
        using var two = new TwoMembers();
        two.Theirs.AcquireWrite(0, 65536).Dispose();
        two.Joiner.Dispose();
        Assert.Equal(1, two.Creator.MemberCount);
        two.Mine.AcquireWrite(0, 65536).Dispose();
        Assert.Throws<ObjectDisposedException>(() => two.Theirs.AcquireWrite(0, 8).Dispose());
    }

    [Fact]
    public void When_the_creator_leaves_the_others_are_told()
    {
        using var two = new TwoMembers();
        two.Theirs.AcquireWrite(0, G).Dispose();
        two.Creator.Dispose();
        Assert.True(SpinWait.SpinUntil(() => Record.Exception(() => two.Theirs.AcquireWrite(0, G).Dispose()) is not null, TwoMembers.Bound));
        UrmaException error = Assert.Throws<UrmaException>(() => two.Theirs.AcquireWrite(0, G).Dispose());
        Assert.Contains("is gone", error.Message, StringComparison.Ordinal);
        Assert.Throws<UrmaException>(() => two.Joiner.CreateRegion("x", 1));
    }

    [Fact]
    public void More_threads_than_places_wait_and_all_get_it()
    {
        using var two = new TwoMembers();
        long total = 0;
        Task[] tasks = [.. Enumerable.Range(0, 24).Select(i => Task.Factory.StartNew(
            () =>
            {
                SharedRegion region = i % 2 == 0 ? two.Mine : two.Theirs;
                for (int k = 0; k < 20; k++)
                {
                    using OwnershipScope scope = region.AcquireWrite(0, 8, TwoMembers.Bound);
                    Interlocked.Increment(ref total);
                }
            },
            TaskCreationOptions.LongRunning))];
        Assert.True(Task.WaitAll(tasks, TwoMembers.Bound));
        Assert.Equal(480, total);
    }
}
