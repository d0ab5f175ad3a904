namespace Urma.Net.Conformance;

/// <summary>Load and store through mappings.</summary>
public abstract class ViewSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    private const int Length = 8192;

    [SkippableFact]
    public void Stores_are_seen_on_the_other_side_in_both_directions()
    {
        (Segment segment, TargetSegment target) = Connect();
        using SegmentView remote = target.Map();
        using SegmentView local = segment.Map();
        Assert.Equal(Length, remote.Length);
        Assert.True(remote.IsWritable);
        Assert.False(remote.IsRevoked);

        Pattern.Fill(remote.Bytes(0, Length), 4);
        Pattern.Verify(segment.AsSpan(), 4);
        Pattern.Fill(local.Span<byte>(100, 1000), 5);
        Pattern.Verify(remote.ReadOnlyBytes(100, 1000), 5);
        remote.StoreRelease(8, 0x0123_4567_89AB_CDEFul);
        Assert.Equal(0x0123_4567_89AB_CDEFul, local.LoadAcquire<ulong>(8));
        local.StoreRelease(4, 0xFEED_F00Du);
        Assert.Equal(0xFEED_F00Du, remote.LoadAcquire<uint>(4));
        Assert.Equal(0x89AB_CDEFu, remote.ReadOnlySpan<uint>(8, 1)[0]);
    }

    [SkippableFact]
    public void A_window_begins_where_it_was_asked_to()
    {
        (Segment segment, TargetSegment target) = Connect();
        using SegmentView window = target.Map(4000, 200);
        Assert.Equal(200, window.Length);
        window.Bytes(0, 200).Fill(1);
        Assert.Equal(4000, segment.AsSpan().IndexOf((byte)1));
        Assert.Equal(4199, segment.AsSpan().LastIndexOf((byte)1));
        using SegmentView empty = target.Map(Length, 0);
        Assert.Equal(0, empty.Length);
    }

    [SkippableFact]
    public void Ranges_outside_are_refused_when_mapped_and_when_touched()
    {
        (Segment segment, TargetSegment target) = Connect();
        foreach ((long offset, long length) in new[] { (-1L, 1L), (0, Length + 1), (Length, 1), (1, long.MaxValue), (long.MaxValue, 1), (0, -1) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => target.Map(offset, length).Length);
            Assert.Throws<ArgumentOutOfRangeException>(() => segment.Map(offset, length).Length);
        }

        // Beyond the window but inside the segment: the window is the grant.
        foreach (long offset in new[] { -8L, 93, 96, 100, 104, long.MaxValue - 3, long.MinValue })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Window(target).LoadAcquire<ulong>(offset));
            Assert.Throws<ArgumentOutOfRangeException>(() => Window(target).StoreRelease(offset, 1UL));
            Assert.Throws<ArgumentOutOfRangeException>(() => Window(target).FetchAdd(offset, 1UL));
            Assert.Throws<ArgumentOutOfRangeException>(() => Window(target).Swap(offset, 1UL));
            Assert.Throws<ArgumentOutOfRangeException>(() => Window(target).CompareSwap(offset, 0UL, 1UL));
            Assert.Throws<ArgumentOutOfRangeException>(() => Window(target).Bytes(offset, 8).Length);
            Assert.Throws<ArgumentOutOfRangeException>(() => Window(target).ReadOnlySpan<long>(offset, 1).Length);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => Window(target).Span<long>(0, 13).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => Window(target).Span<long>(0, int.MaxValue).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => Window(target).Span<long>(0, -1).Length);
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [SkippableFact]
    public void Misaligned_or_odd_sized_ordered_accesses_are_refused()
    {
        (Segment segment, TargetSegment target) = Connect();
        foreach (long offset in new[] { 1L, 4, 7 })
        {
            Assert.ThrowsAny<ArgumentException>(() => target.Map().LoadAcquire<ulong>(offset));
            Assert.ThrowsAny<ArgumentException>(() => target.Map().FetchAdd(offset, 1UL));
        }

        Assert.ThrowsAny<ArgumentException>(() => target.Map().StoreRelease(2, 1u));
        Assert.Throws<NotSupportedException>(() => target.Map().StoreRelease(0, (byte)1));
        Assert.Throws<NotSupportedException>(() => target.Map().FetchAdd<UInt128>(0, 1));
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [SkippableFact]
    public void A_read_only_import_gives_read_only_views()
    {
        Skip.IfNot(Harness.SupportsMapping, "The provider does not map.");
        UrmaContext importer = Open();
        using Segment segment = Open().AllocateSegment(Length, new SegmentOptions { Access = SegmentAccess.Read });
        using TargetSegment target = importer.ImportSegment(segment.Descriptor, segment.Token);
        Pattern.Fill(segment.AsSpan(), 2);

        Assert.False(target.Map().IsWritable);
        Pattern.Verify(target.Map().ReadOnlyBytes(0, Length), 2);
        Assert.Throws<UrmaException>(() => target.Map().StoreRelease(0, 1));
        Assert.Throws<UrmaException>(() => target.Map().FetchAdd(0, 1));
        Assert.Throws<UrmaException>(() => target.Map().Bytes(0, 1).Length);
        Assert.Throws<UrmaException>(() => target.Map().Span<int>(0, 1).Length);
        using (SegmentView own = segment.Map())
        {
            Assert.True(own.IsWritable);
            own.StoreRelease(0, 5);
        }

        Assert.Equal(5, target.Map().LoadAcquire<int>(0));
    }

    [SkippableFact]
    public void Nothing_is_mapped_after_dispose_but_open_views_stay()
    {
        (Segment segment, TargetSegment target) = Connect();
        SegmentView view = target.Map();
        target.Dispose();
        view.StoreRelease(0, 1);
        Assert.Equal(1, view.LoadAcquire<int>(0));
        view.Dispose();
        view.Dispose();
        Exception? error = Record.Exception(() => target.Map().Length);
        Assert.True(error is ObjectDisposedException or UrmaException, $"Mapping a disposed import gave {error?.ToString() ?? "a view"}.");
        segment.Dispose();
        error = Record.Exception(() => segment.Map().Length);
        Assert.True(error is ObjectDisposedException or UrmaException, $"Mapping a disposed segment gave {error?.ToString() ?? "a view"}.");
    }

    [SkippableFact]
    public void A_release_publishes_what_was_stored_before()
    {
        (Segment segment, TargetSegment target) = Connect();
        const int Rounds = 50_000;
        Threads.Run(
            () =>
            {
                using SegmentView view = target.Map();
                for (int round = 1; round <= Rounds; round++)
                {
                    view.Span<int>(1024, 64).Fill(round);
                    view.StoreRelease(0, round);
                    Wait(in view, 256, round);
                }
            },
            () =>
            {
                using SegmentView view = segment.Map();
                for (int round = 1; round <= Rounds; round++)
                {
                    Wait(in view, 0, round);
                    Assert.Equal(-1, view.ReadOnlySpan<int>(1024, 64).IndexOfAnyExcept(round));
                    view.StoreRelease(256, round);
                }
            });
    }

    [SkippableFact]
    public void Atomics_return_the_value_before()
    {
        (_, TargetSegment target) = Connect();
        using SegmentView view = target.Map();
        Assert.Equal(0L, view.FetchAdd(0, 5L));
        Assert.Equal(5L, view.FetchAdd(0, -6L));
        Assert.Equal(-1L, view.Swap(0, 9L));
        Assert.Equal(9L, view.CompareSwap(0, 8L, 1L));
        Assert.Equal(9L, view.CompareSwap(0, 9L, 1L));
        Assert.Equal(1L, view.LoadAcquire<long>(0));
        Assert.Equal(0u, view.FetchAdd(12, uint.MaxValue));
        Assert.Equal(uint.MaxValue, view.FetchAdd(12, 2u));
        Assert.Equal(1u, view.Swap(12, 3u));
        Assert.Equal(3u, view.CompareSwap(12, 3u, 4u));
        Assert.Equal(4u, view.LoadAcquire<uint>(12));
        Assert.Equal(0u, view.LoadAcquire<uint>(8));
    }

    [SkippableFact]
    public void Atomics_of_views_owner_and_work_requests_exclude_each_other()
    {
        Skip.IfNot(Harness.AtomicsAreGlobal && Harness.Atomics != AtomicSupport.None, "The provider's atomics exclude only each other.");
        (Segment segment, TargetSegment target) = Connect();
        const int Rounds = 20_000;
        Threads.Run(
            () =>
            {
                using SegmentView view = target.Map();
                for (int i = 0; i < Rounds; i++)
                {
                    view.FetchAdd(64, 1L);
                }
            },
            () =>
            {
                using SegmentView view = segment.Map();
                for (int i = 0; i < Rounds; i++)
                {
                    long seen = view.LoadAcquire<long>(64);
                    while (view.CompareSwap(64, seen, seen + 1) is var found && found != seen)
                    {
                        seen = found;
                    }
                }
            },
            () =>
            {
                using UrmaContext context = Harness.Open();
                using var endpoint = new Endpoint(context);
                TargetSegment remote = endpoint.Import(segment);
                for (int i = 0; i < Rounds; i++)
                {
                    endpoint.Succeed(WorkRequest.FetchAdd(endpoint.Memory.Range(0, 8), remote.At(64, 8), 1));
                }
            });
        using SegmentView result = segment.Map();
        Assert.Equal(3L * Rounds, result.LoadAcquire<long>(64));
    }

    private static SegmentView Window(TargetSegment target) => target.Map(256, 100);

    private static void Wait(in SegmentView view, long offset, int value)
    {
        long deadline = Environment.TickCount64 + (long)Bounds.Scenario.TotalMilliseconds;
        var spin = default(SpinWait);
        while (view.LoadAcquire<int>(offset) != value)
        {
            spin.SpinOnce(sleep1Threshold: -1);
            Assert.True(Environment.TickCount64 < deadline, "A store was not seen.");
        }
    }

    private (Segment Segment, TargetSegment Target) Connect()
    {
        Skip.IfNot(Harness.SupportsMapping, "The provider does not map.");
        UrmaContext importer = Open();
        Segment segment = Own(Open().AllocateSegment(Length));
        return (segment, Own(importer.ImportSegment(segment.Descriptor, segment.Token)));
    }
}
