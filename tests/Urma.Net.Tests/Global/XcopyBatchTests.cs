using Urma.Net.Tests.Async;

namespace Urma.Net.Tests.Global;

/// <summary>Batches: a status for each copy, and only what failed is made again.</summary>
public sealed class XcopyBatchTests : IDisposable
{
    private const int Item = 1000;

    private readonly TwoContexts _two = new();

    private GlobalMemory Global => _two.User.Global;

    private GlobalAddress Far => _two.Target.GlobalAddress;

    private GlobalAddress Near => _two.Local.GlobalAddress;

    public void Dispose() => _two.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    public void All_copies_are_made(int count)
    {
        Random.Shared.NextBytes(_two.Local.AsSpan());
        XcopyItem[] items = [.. Enumerable.Range(0, count).Select(i => new XcopyItem(Far + (i * (long)Item), Near + ((count - 1 - i) * (long)Item), i % Item))];
        var results = new GlobalMemoryStatus[count + 1];
        results[count] = GlobalMemoryStatus.Revoked;
        Assert.Equal(0, Global.XcopyBatch(items, results));
        Assert.Equal(count, results.Count(static r => r == GlobalMemoryStatus.Success));
        Assert.Equal(GlobalMemoryStatus.Revoked, results[count]);
        for (int i = 0; i < count; i++)
        {
            Assert.True(_two.Remote.AsSpan(i * Item, i % Item).SequenceEqual(_two.Local.AsSpan((count - 1 - i) * Item, i % Item)));
        }
    }

    [Fact]
    public void Each_copy_has_its_own_status_and_only_failures_are_retried()
    {
        using Segment late = _two.Owner.AllocateSegment(4096);
        using Segment readOnly = _two.Owner.AllocateSegment(4096, new SegmentOptions { Access = SegmentAccess.Read });
        using TargetSegment sealedImport = _two.User.ImportSegment(readOnly.Descriptor, readOnly.Token);
        GlobalAddress lateAddress = late.GlobalAddress;
        XcopyItem[] items =
        [
            new(Far, Near, 8),
            new(lateAddress, Near, 8),
            new(Far + 8, new GlobalAddress(Near.Eid, 4_000_000, 0), 8),
            new(Far + 8, Near, 0),
            new(sealedImport.GlobalAddress, Near, 8),
            new(Far + 16, Near, -1),
            new(Far + 16, Near, 8),
        ];
        var results = new GlobalMemoryStatus[items.Length];
        _two.Local.AsSpan(0, 8).Fill(3);
        Assert.Equal(4, Global.XcopyBatch(items, results));
        GlobalMemoryStatus[] expected =
        [
            GlobalMemoryStatus.Success, GlobalMemoryStatus.Unmapped, GlobalMemoryStatus.UnknownSpace, GlobalMemoryStatus.Success,
            GlobalMemoryStatus.AccessDenied, GlobalMemoryStatus.InvalidRange, GlobalMemoryStatus.Success,
        ];
        Assert.Equal(expected, results);
        Assert.Equal(3, _two.Remote.AsSpan()[16]);

        using TargetSegment import = _two.User.ImportSegment(late.Descriptor, late.Token);
        _two.Remote.AsSpan(0, 8).Fill(9);
        Assert.Equal(3, Global.RetryXcopyBatch(items, results));
        expected[1] = GlobalMemoryStatus.Success;
        Assert.Equal(expected, results);
        Assert.Equal(3, late.AsSpan()[0]);
        Assert.Equal(9, _two.Remote.AsSpan()[0]);
    }

    [Fact]
    public void Many_segments_and_more_bytes_than_a_step_do_not_disturb_a_batch()
    {
        TargetSegment[] imports = [.. Enumerable.Range(0, 300).Select(i =>
        {
            Segment memory = _two.Owner.AllocateSegment(4096);
            return _two.User.ImportSegment(memory.Descriptor, memory.Token);
        })];
        using Segment large = _two.Owner.AllocateSegment(100 << 20);
        using TargetSegment largeImport = _two.User.ImportSegment(large.Descriptor, large.Token);
        large.AsSpan().Fill(7);
        List<XcopyItem> items = [];
        foreach (TargetSegment import in imports)
        {
            items.Add(new XcopyItem(import.GlobalAddress, largeImport.GlobalAddress, 4096));
            items.Add(new XcopyItem(import.GlobalAddress + 8, largeImport.GlobalAddress + (50 << 20), 8));
        }

        items.Insert(50, new XcopyItem(largeImport.GlobalAddress, largeImport.GlobalAddress + 8, (100 << 20) - 8));
        items.Insert(51, new XcopyItem(largeImport.GlobalAddress + (30 << 20), largeImport.GlobalAddress, 40 << 20));
        items.Insert(52, new XcopyItem(largeImport.GlobalAddress + (30 << 20), largeImport.GlobalAddress, 40 << 20));
        var results = new GlobalMemoryStatus[items.Count];
        Assert.Equal(0, Global.XcopyBatch(items.ToArray(), results));
        Assert.All(results, static r => Assert.Equal(GlobalMemoryStatus.Success, r));
        byte[] back = new byte[4096];
        foreach (TargetSegment import in imports)
        {
            Global.Xcopy(back, import.GlobalAddress);
            Assert.Equal(-1, back.AsSpan().IndexOfAnyExcept((byte)7));
        }
    }

    [Fact]
    public void Too_little_room_for_results_is_refused()
    {
        var item = new XcopyItem(Far, Near, 8);
        Assert.Throws<ArgumentException>(() => Global.XcopyBatch([item, item], new GlobalMemoryStatus[1]));
        Assert.Throws<ArgumentException>(() => Global.RetryXcopyBatch([item, item], new GlobalMemoryStatus[1]));
        Assert.Equal(0UL, BitConverter.ToUInt64(_two.Remote.AsSpan(0, 8)));
    }

    [Fact]
    public void A_revoked_segment_fails_its_copies_only()
    {
        using Segment other = _two.Owner.AllocateSegment(4096);
        using TargetSegment import = _two.User.ImportSegment(other.Descriptor, other.Token);
        XcopyItem[] items = [.. Enumerable.Range(0, 100).Select(i => new XcopyItem((i % 2 == 0 ? Far : import.GlobalAddress) + i, Near, 1))];
        var results = new GlobalMemoryStatus[100];
        Assert.Equal(0, Global.XcopyBatch(items, results));
        other.Revoke();
        Assert.Equal(50, Global.XcopyBatch(items, results));
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(i % 2 == 0 ? GlobalMemoryStatus.Success : GlobalMemoryStatus.Revoked, results[i]);
        }
    }

    [Fact]
    public void Over_a_modelled_link_a_batch_is_under_way_together()
    {
        using UrmaContext slow = UrmaContext.Open(
            $"loopback://{_two.User.Device.Name}", new UrmaContextOptions { Fabric = new FabricModel("slow", 2e6) });
        using Segment local = slow.AllocateSegment(4096);
        using TargetSegment import = slow.ImportSegment(_two.Remote.Descriptor, _two.Remote.Token);
        XcopyItem[] items = [.. Enumerable.Range(0, 256).Select(i => new XcopyItem(import.GlobalAddress + (8 * i), local.GlobalAddress, 8))];
        var results = new GlobalMemoryStatus[256];
        local.AsSpan(0, 8).Fill(1);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.Equal(0, slow.Global.XcopyBatch(items, results));
        TimeSpan took = System.Diagnostics.Stopwatch.GetElapsedTime(start);

        // One after the other they would take half a second.
        Assert.InRange(took.TotalMilliseconds, 2, 256);
        Assert.Equal(-1, _two.Remote.AsSpan(0, 256 * 8).IndexOfAnyExcept((byte)1));

        // What cannot be copied does not take the link's time.
        items[3] = new XcopyItem(import.GlobalAddress, local.GlobalAddress, long.MaxValue);
        items[4] = new XcopyItem(import.GlobalAddress, local.GlobalAddress, long.MinValue);
        Assert.Equal(2, slow.Global.XcopyBatch(items, results));
        Assert.Equal(GlobalMemoryStatus.Unmapped, results[3]);
        Assert.Equal(GlobalMemoryStatus.InvalidRange, results[4]);
    }
}
