using Urma.Net.Global;

namespace Urma.Net.Conformance;

/// <summary>Where memory lies and memory that moves, whether it is mapped or reached by posted work.</summary>
public abstract class PlacedMemorySuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    private const int Granule = 512;
    private const int Length = 64 << 10;

    private static readonly PlacedMemoryOptions Options = new() { GranuleLength = Granule, AccessTimeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public void A_distance_is_measured_and_nothing_changes()
    {
        UrmaContext user = Open();
        using Segment memory = Open().AllocateSegment(1 << 20);
        Pattern.Fill(memory.AsSpan(), 1);
        using TargetSegment import = user.ImportSegment(memory.Descriptor, memory.Token);
        PlacementPiece piece = Assert.Single(user.Placement.Query(import.GlobalAddress + 100, 5000));
        Assert.Equal((import.GlobalAddress + 100, 5000L, false), (piece.Address, piece.Length, piece.IsOwn));
        Assert.True(piece.Distance is { LatencyNanoseconds: > 0, BytesPerSecond: > 0 }, piece.Distance?.ToString());
        Assert.Equal(Harness.SupportsMapping, piece.IsCacheable);
        Assert.Equal(Harness.SupportsMapping ? MemoryTier.Local : MemoryTier.Rdma, piece.Tier);
        Pattern.Verify(memory.AsSpan(), 1);
    }

    [Fact]
    public async Task Members_read_and_write_while_the_data_moves()
    {
        const int Moves = 6;
        UrmaContext maker = Open();
        using Segment first = maker.AllocateSegment(Length);
        Segment[] places = [.. Enumerable.Range(0, 3).Select(_ => Own(Open().AllocateSegment(Length)))];
        using PlacedMemory made = PlacedMemory.Create(maker, first, Options);
        byte[] invitation = made.Invitation.ToArray();
        using PlacedMemory writer = PlacedMemory.Join(Open(), invitation);
        using PlacedMemory mover = PlacedMemory.Join(places[0].Context, invitation);
        using PlacedMemory reader = PlacedMemory.Join(Open(), invitation);
        using var stop = new CancellationTokenSource();
        long written = 0;
        int wrong = 0;
        Thread[] threads =
        [
            new(() =>
            {
                byte[] record = new byte[Granule];
                for (long round = 1; !stop.IsCancellationRequested; round++)
                {
                    Pattern.Fill(record, (ulong)round);
                    writer.Write(3 * Granule, record);
                    Volatile.Write(ref written, round);
                }
            }),
            new(() =>
            {
                byte[] record = new byte[Granule];
                byte[] expected = new byte[Granule];
                while (!stop.IsCancellationRequested)
                {
                    // A read sees a write that ended before it began, or one after it, but never half of one.
                    long least = Volatile.Read(ref written);
                    reader.Read(3 * Granule, record);
                    long most = Volatile.Read(ref written) + 1;
                    bool found = least == 0;
                    for (long round = least; round <= most && !found; round++)
                    {
                        Pattern.Fill(expected, (ulong)round);
                        found = record.AsSpan().SequenceEqual(expected);
                    }

                    wrong += found ? 0 : 1;
                }
            }),
        ];
        byte[] rest = new byte[Length - (4 * Granule)];
        Pattern.Fill(rest, 77);
        made.Write(4 * Granule, rest);
        Array.ForEach(threads, static t => t.Start());
        for (int move = 1; move <= Moves; move++)
        {
            Segment to = places[move % places.Length];
            MigrationResult result = await mover.MigrateAsync(to.Descriptor, to.Token);
            Assert.Equal(MigrationStatus.Moved, result.Status);
            Assert.Equal(to.Context.Uasid, made.Query()[0].Address.Uasid);
            long soFar = Volatile.Read(ref written);
            Threads.Until(() => Volatile.Read(ref written) > soFar, "the writer goes on");
        }

        stop.Cancel();
        Array.ForEach(threads, static t => Assert.True(t.Join(Bounds.Operation)));
        Assert.Equal(0, wrong);
        Assert.Equal(Moves, reader.Moves);
        reader.Read(4 * Granule, rest);
        Pattern.Verify(rest, 77);
    }

    [Fact]
    public async Task A_target_that_is_gone_leaves_the_data_where_it_was()
    {
        UrmaContext maker = Open();
        using Segment memory = maker.AllocateSegment(Length);
        using PlacedMemory placed = PlacedMemory.Create(maker, memory, Options);
        UrmaContext other = Open();
        Segment target = other.AllocateSegment(Length);
        (SegmentDescriptor descriptor, Token token) = (target.Descriptor, target.Token);
        other.Dispose();
        try
        {
            Assert.Equal(MigrationStatus.TargetLost, (await placed.MigrateAsync(descriptor, token)).Status);
        }
        catch (UrmaException error)
        {
            // Not every device tells a wrong token from a segment that is gone.
            Assert.False(Harness.ReportsDepartures, error.Message);
        }

        Assert.Equal(0, placed.Moves);
        placed.Write(0, [1, 2, 3]);
        Assert.Equal(2, memory.AsSpan()[1]);
    }

    [Fact]
    public void A_writer_that_dies_with_its_granule_holds_up_nobody()
    {
        UrmaContext maker = Open();
        using Segment memory = maker.AllocateSegment(Length);
        using PlacedMemory placed = PlacedMemory.Create(maker, memory, Options);
        UrmaContext mortal = Open();
        SharedDirectory member = SharedDirectory.Join(mortal, placed.Invitation.Span, PlacedMemoryLayout.Kind, "the invitation");
        using (SharedWords view = member.Map())
        {
            view.StoreRelease(PlacedMemoryLayout.Granule(0), (ulong)member.Member);
        }

        using PlacedMemory brief = PlacedMemory.Join(Open(), placed.Invitation.Span, Options with { AccessTimeout = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(GlobalMemoryStatus.TimedOut, brief.TryRead(0, new byte[8]));
        Assert.Equal(GlobalMemoryStatus.Success, brief.TryRead(Granule, new byte[8]));
        mortal.Dispose();
        Assert.Equal(GlobalMemoryStatus.Success, placed.TryRead(0, new byte[8]));
        Assert.Equal(GlobalMemoryStatus.Success, brief.TryWrite(0, new byte[8]));
    }

    [Fact]
    public void The_region_ends_with_the_member_that_made_it()
    {
        UrmaContext maker = Open();
        PlacedMemory made = PlacedMemory.Create(maker, maker.AllocateSegment(Length), Options);
        using PlacedMemory placed = PlacedMemory.Join(Open(), made.Invitation.Span, Options);
        placed.Write(0, new byte[8]);
        maker.Dispose();
        Threads.Until(() => placed.TryRead(0, new byte[8]) == GlobalMemoryStatus.OwnerLost, "the loss is seen");
        Assert.Equal(GlobalMemoryStatus.OwnerLost, placed.TryWrite(0, new byte[8]));
    }

    [SkippableFact]
    public void A_heap_says_why_it_cannot_be_and_what_to_use()
    {
        Skip.If(Harness.SupportsMapping, "The provider maps.");
        UrmaException error = Assert.Throws<UrmaException>(() => GlobalHeap.Join(Open(), new GlobalHeapOptions { Name = "heap", Rank = 0, Size = 1, SliceLength = 8192 }));
        Assert.Contains("SupportsMapping", error.Message, StringComparison.Ordinal);
        Assert.Contains("GlobalMemory.Load", error.Message, StringComparison.Ordinal);
    }
}
