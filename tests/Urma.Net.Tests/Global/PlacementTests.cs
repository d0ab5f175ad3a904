using Urma.Net.Tests.Async;
using Xunit;

namespace Urma.Net.Tests.Global;

public sealed class PlacementTests : IDisposable
{
    private const long Length = 4 << 20;

    private readonly TwoContexts _two = new(Length);

    private MemoryPlacement Placement => _two.User.Placement;

    public void Dispose() => _two.Dispose();

    [Fact]
    public void A_range_over_two_segments_has_two_pieces_that_say_whose_they_are()
    {
        GlobalAddress start = _two.Remote.GlobalAddress;
        PlacementPiece piece = Assert.Single(Placement.Query(start + 100, 200));
        Assert.Equal(start + 100, piece.Address);
        Assert.Equal(200, piece.Length);
        Assert.False(piece.IsOwn);
        Assert.Equal("owner", piece.Label);
        Assert.Equal(Environment.ProcessId, piece.ProcessId);
        Assert.Equal(MemoryTier.Local, piece.Tier);
        Assert.True(piece.IsCacheable);
        Assert.Null(piece.Link);

        PlacementPiece own = Assert.Single(Placement.Query(_two.Local.GlobalAddress, Length));
        Assert.True(own.IsOwn);
        Assert.Equal("user", own.Label);
    }

    [Fact]
    public unsafe void Neighbouring_segments_of_one_space_are_pieces_of_one_range()
    {
        byte* memory = (byte*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(8192, 4096);
        try
        {
            using Segment first = _two.User.RegisterSegment(memory, 4096, new SegmentOptions { NeverAdopt = true });
            using Segment second = _two.User.RegisterSegment(memory + 4096, 4096, new SegmentOptions { NeverAdopt = true });
            IReadOnlyList<PlacementPiece> pieces = Placement.Query(first.GlobalAddress + 4000, 200);
            Assert.Equal([96L, 104L], pieces.Select(static p => p.Length));
            Assert.Equal([first.GlobalAddress + 4000, second.GlobalAddress], pieces.Select(static p => p.Address));
        }
        finally
        {
            System.Runtime.InteropServices.NativeMemory.AlignedFree(memory);
        }
    }

    [Fact]
    public async Task A_distance_is_measured_on_first_use_kept_and_refreshed()
    {
        GlobalAddress start = _two.Remote.GlobalAddress;
        MemoryDistance first = Placement.Query(start, 64)[0].Distance!;
        Assert.InRange(first.LatencyNanoseconds, 0.1, 100_000);
        Assert.InRange(first.BytesPerSecond!.Value, 1e6, 1e12);
        Assert.InRange(first.Age, TimeSpan.Zero, TwoContexts.Bound);
        Assert.Same(first, Placement.Query(start, 64)[0].Distance);
        await Placement.RefreshAsync(start, Length);
        MemoryDistance second = Placement.Query(start, 64)[0].Distance!;
        Assert.NotSame(first, second);
        await Placement.RefreshAsync();
        Assert.NotSame(second, Placement.Query(start, 64)[0].Distance);
    }

    [Fact]
    public void Measuring_changes_no_byte()
    {
        _two.Remote.AsSpan().Fill(0x5a);
        _ = Placement.GetAll();
        Assert.Equal(-1, _two.Remote.AsSpan().IndexOfAnyExcept((byte)0x5a));
    }

    [Fact]
    public void A_modelled_link_decides_the_tier_and_is_measured()
    {
        using UrmaContext far = UrmaContext.Open(
            $"loopback://{_two.User.Device.Name}",
            new UrmaContextOptions
            {
                FabricProfile = new FabricProfile("test", [new FabricRule(new FabricModel("slow", 50_000, 1e9)) { Label = "owner" }]),
            });
        using TargetSegment import = far.ImportSegment(_two.Remote.Descriptor, _two.Remote.Token);
        using TargetSegment near = far.ImportSegment(_two.Local.Descriptor, _two.Local.Token);
        PlacementPiece piece = Assert.Single(far.Placement.Query(_two.Remote.GlobalAddress, Length));
        Assert.Equal(MemoryTier.Storage, piece.Tier);
        Assert.True(piece.Distance!.LatencyNanoseconds >= 50_000);
        Assert.True(piece.Distance.BytesPerSecond <= 1e9);
        Assert.False(piece.IsCacheable);
        Assert.Equal("slow", piece.Link!.Name);
        Assert.Equal(MemoryTier.Local, far.Placement.Query(_two.Local.GlobalAddress, Length)[0].Tier);
        Assert.Equal(2, far.Placement.GetAll().Count);
    }

    [Fact]
    public void A_link_slower_than_a_millisecond_does_not_hold_up_the_question()
    {
        using UrmaContext far = UrmaContext.Open(
            $"loopback://{_two.User.Device.Name}", new UrmaContextOptions { Fabric = new FabricModel("moon", 300e6) });
        using TargetSegment import = far.ImportSegment(_two.Remote.Descriptor, _two.Remote.Token);
        Assert.Null(far.Placement.Query(_two.Remote.GlobalAddress, 1)[0].Distance);
        Assert.True(SpinWait.SpinUntil(
            () => far.Placement.Query(_two.Remote.GlobalAddress, 1)[0].Distance is { LatencyNanoseconds: >= 300e6 }, TwoContexts.Bound));
    }

    [Fact]
    public unsafe void Memory_that_is_copied_by_the_kernel_is_not_cacheable_and_measured_all_the_same()
    {
        byte[] array = GC.AllocateArray<byte>(1 << 16, pinned: true);
        fixed (byte* memory = array)
        {
            using Segment copied = _two.Owner.RegisterSegment(memory, array.Length, new SegmentOptions { NeverAdopt = true });
            using TargetSegment import = _two.User.ImportSegment(copied.Descriptor, copied.Token);
            PlacementPiece piece = Placement.Query(copied.GlobalAddress, array.Length)[0];
            Assert.False(piece.IsCacheable);
            Assert.Null(piece.NumaNode);
            Assert.True(piece.Distance!.LatencyNanoseconds > 0);
        }
    }

    [Fact]
    public void What_cannot_be_reached_has_no_place()
    {
        GlobalAddress start = _two.Remote.GlobalAddress;
        Assert.Equal(GlobalMemoryStatus.Unmapped, Assert.Throws<GlobalMemoryException>(() => Placement.Query(start, Length + 1)).Fault);
        _two.Remote.Revoke();
        Assert.Equal(GlobalMemoryStatus.Revoked, Assert.Throws<GlobalMemoryException>(() => Placement.Query(start, 8)).Fault);
        Assert.Single(Placement.GetAll());
        _two.User.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Placement.Query(_two.Local.GlobalAddress, 8));
    }
}
