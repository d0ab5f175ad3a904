namespace Urma.Net.Conformance;

/// <summary>Ownership domains, whether their memory is mapped or the creator does what is asked by messages.</summary>
public abstract class OwnershipSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    private const int Granule = 4096;
    private const int Length = 16 * Granule;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public void What_one_writes_the_next_reads()
    {
        (OwnershipDomain creator, SharedRegion mine) = Create();
        SharedRegion first = Join(creator).OpenRegion("region");
        SharedRegion second = Join(creator).OpenRegion("region");
        Assert.Equal((Length, Granule, 3), (first.Length, first.Domain.GranuleSize, first.Domain.MemberCount));
        using (OwnershipScope write = first.AcquireWrite(100, 5000))
        {
            Pattern.Fill(write.Bytes, 1);
        }

        Assert.Equal(Ownership.Write, first.GetOwnership(0, 5100));
        using (OwnershipScope read = second.AcquireRead(100, 5000))
        {
            Pattern.Verify(read.ReadOnlyBytes, 1);
        }

        using (OwnershipScope write = mine.AcquireWrite(200, 8))
        {
            write.Bytes.Fill(9);
        }

        Assert.Equal(Ownership.None, first.GetOwnership(0, Granule));
        Assert.Equal(Ownership.Read, first.GetOwnership(Granule, Granule));
        using (OwnershipScope read = first.AcquireRead(0, Length))
        {
            Assert.Equal(-1, read.ReadOnlyBytes.Slice(200, 8).IndexOfAnyExcept((byte)9));
            Assert.Equal(0, read.ReadOnlyBytes[99]);
        }
    }

    [Fact]
    public void Regions_of_any_member_are_found_and_what_cannot_be_is_refused()
    {
        (OwnershipDomain creator, _) = Create();
        OwnershipDomain member = Join(creator);
        SharedRegion made = member.CreateRegion("more", 2 * Granule);
        Assert.Equal(made.Length, creator.OpenRegion("more").Length);
        Assert.Equal(UrmaStatus.Exists, Assert.Throws<UrmaException>(() => member.CreateRegion("more", 1)).Status);
        Assert.Equal(UrmaStatus.InvalidArgument, Assert.Throws<UrmaException>(() => member.OpenRegion("none")).Status);
        Assert.Equal(UrmaStatus.OutOfMemory, Assert.Throws<UrmaException>(() => member.CreateRegion("huge", 1L << 30)).Status);
        Assert.Throws<ArgumentOutOfRangeException>(() => made.AcquireRead(0, (2 * Granule) + 1).Dispose());
        Assert.Throws<ArgumentException>(() => member.SetOwnership(new OwnershipChange(made, 1, Granule, Ownership.Read)));
        Assert.Equal(UrmaStatus.OperationNotPermitted, Assert.Throws<UrmaException>(() => made.OpenWrite(0, 1).Dispose()).Status);
        if (!creator.Invitation.IsEmpty)
        {
            byte[] invitation = creator.Invitation.ToArray();
            var wrong = new Token(creator.Token.Value + 1);
            Assert.Equal(
                UrmaStatus.OperationNotPermitted, Assert.Throws<UrmaException>(() => OwnershipDomain.Join(Open(), invitation, wrong, Patience)).Status);
        }
    }

    [Fact]
    public void An_open_scope_is_waited_for_and_the_error_names_the_holder()
    {
        (OwnershipDomain creator, SharedRegion mine) = Create();
        UrmaContext other = Open();
        SharedRegion theirs = Join(creator, other).OpenRegion("region");
        using (theirs.AcquireWrite(0, Granule))
        {
            UrmaException error = Assert.Throws<UrmaException>(() => mine.AcquireRead(0, 1, TimeSpan.FromMilliseconds(50)).Dispose());
            Assert.Equal(UrmaStatus.TimedOut, error.Status);
            Assert.Contains($"engine {other.Uasid:x6}", error.Message, StringComparison.Ordinal);
        }

        using (mine.AcquireWrite(0, Granule))
        {
            Assert.Equal(UrmaStatus.TimedOut, Assert.Throws<UrmaException>(() => theirs.AcquireRead(0, 1, TimeSpan.FromMilliseconds(50)).Dispose()).Status);
            using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
            Assert.ThrowsAny<OperationCanceledException>(() => theirs.AcquireRead(0, 1, TimeSpan.FromMinutes(5), cancel.Token).Dispose());
        }

        theirs.AcquireRead(0, 1).Dispose();
    }

    [Fact]
    public void A_batch_moves_together_or_each_for_itself()
    {
        (OwnershipDomain creator, SharedRegion mine) = Create();
        OwnershipDomain member = Join(creator);
        SharedRegion theirs = member.OpenRegion("region");
        OwnershipChange[] changes = [.. Enumerable.Range(0, 8).Select(i => new OwnershipChange(theirs, (15 - (2 * i)) * (long)Granule, Granule, Ownership.Write))];
        var results = new OwnershipResult[changes.Length];
        Assert.Equal(8, member.SetOwnership(changes, results));
        Assert.All(results, static r => Assert.True(r.IsGranted));
        theirs.OpenWrite(15 * Granule, 10).Dispose();
        Assert.Equal(Ownership.None, theirs.GetOwnership(0, Granule));

        member.SetOwnership(OwnershipChange.Whole(theirs, Ownership.None));
        using (mine.AcquireWrite(Granule, 1))
        {
            var options = new SetOwnershipOptions { PerItem = true, Timeout = TimeSpan.FromMilliseconds(50) };
            Assert.Equal(7, member.SetOwnership(changes, results, options));
            Assert.Equal(OwnershipStatus.TimedOut, results[7].Status);
            Assert.Equal(Environment.ProcessId, results[7].HolderProcessId);
            Assert.Equal(UrmaStatus.TimedOut, Assert.Throws<UrmaException>(() => member.SetOwnership(changes, results, new SetOwnershipOptions { Timeout = TimeSpan.FromMilliseconds(50) })).Status);
        }
    }

    [Fact]
    public void Many_threads_of_many_members_count_exactly()
    {
        int times = Harness.Repeated(40);
        (OwnershipDomain creator, SharedRegion mine) = Create();
        SharedRegion[] regions = [mine, Join(creator).OpenRegion("region"), Join(creator).OpenRegion("region")];
        Threads.Run(6, number =>
        {
            SharedRegion region = regions[number % regions.Length];
            for (int i = 0; i < times; i++)
            {
                // Threads of one member share what it holds.
                lock (region)
                {
                    using OwnershipScope scope = region.AcquireWrite(8, 8, Bounds.Operation);
                    scope.Span<long>(0, 1)[0]++;
                }
            }
        });
        using OwnershipScope read = mine.AcquireRead(8, 8);
        Assert.Equal(6L * times, read.ReadOnlySpan<long>(0, 1)[0]);
    }

    [Fact]
    public void Scopes_of_one_member_over_one_granule_do_not_lose_each_others_stores()
    {
        (OwnershipDomain creator, SharedRegion mine) = Create();
        SharedRegion theirs = Join(creator).OpenRegion("region");
        using (OwnershipScope first = theirs.AcquireWrite(0, 8))
        {
            first.Bytes.Fill(1);
            using (OwnershipScope second = theirs.OpenWrite(8, 8))
            {
                second.Bytes.Fill(2);
            }

            using OwnershipScope third = theirs.OpenRead(0, 16);
            Assert.Equal(1, third.ReadOnlyBytes[7]);
            first.Bytes[0] = 3;
        }

        using OwnershipScope read = mine.AcquireRead(0, 16);
        Assert.Equal([3, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2], read.ReadOnlyBytes.ToArray());
    }

    [Fact]
    public void What_a_member_that_leaves_or_dies_had_is_free()
    {
        (OwnershipDomain creator, SharedRegion mine) = Create();
        OwnershipDomain leaver = Join(creator);
        leaver.OpenRegion("region").AcquireWrite(0, Length).Dispose();
        leaver.Dispose();
        Assert.Equal(1, creator.MemberCount);
        mine.AcquireWrite(0, Length).Dispose();

        UrmaContext mortal = Open();
        SharedRegion theirs = Join(creator, mortal).OpenRegion("region");
        OwnershipScope abandoned = theirs.AcquireWrite(0, Length);
        mortal.Dispose();
        mine.AcquireWrite(0, Length, Bounds.Operation).Dispose();
        abandoned.Dispose();
        Threads.Until(() => creator.MemberCount == 1, "the dead member is cleared away");
    }

    [Fact]
    public void When_the_creator_leaves_the_others_are_told()
    {
        (OwnershipDomain creator, _) = Create();
        SharedRegion theirs = Join(creator).OpenRegion("region");
        OwnershipScope open = theirs.AcquireWrite(0, 8);
        creator.Dispose();
        open.Bytes.Fill(7);
        open.Dispose();
        Threads.Until(
            () => Record.Exception(() => theirs.AcquireRead(0, 1, TimeSpan.FromMilliseconds(100)).Dispose()) is UrmaException { Status: UrmaStatus.Failed } error
                && error.Message.Contains("is gone", StringComparison.Ordinal),
            "the end is told");
    }

    private (OwnershipDomain Creator, SharedRegion Region) Create()
    {
        OwnershipDomain creator = Own(OwnershipDomain.Create(Open(), "domain", new OwnershipDomainOptions { Capacity = 4 * Length, Timeout = Patience }));
        return (creator, creator.CreateRegion("region", Length));
    }

    private OwnershipDomain Join(OwnershipDomain creator, UrmaContext? context = null)
    {
        context ??= Open();
        return Own(creator.Invitation.IsEmpty
            ? OwnershipDomain.Join(context, "domain", creator.Token, Patience)
            : OwnershipDomain.Join(context, creator.Invitation.Span, creator.Token, Patience));
    }
}
