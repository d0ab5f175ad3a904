using System.Runtime.InteropServices;
using Urma.Net.Tests.Async;

namespace Urma.Net.Tests.Global;

/// <summary>Copies between global addresses: every direction, every size, every fault.</summary>
public sealed unsafe class XcopyTests : IDisposable
{
    private const int MemoryLength = 4 << 20;

    private readonly TwoContexts _two = new(MemoryLength);

    private GlobalMemory Global => _two.User.Global;

    private GlobalAddress Far => _two.Target.GlobalAddress;

    private GlobalAddress Near => _two.Local.GlobalAddress;

    public void Dispose() => _two.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(64)]
    [InlineData(4097)]
    [InlineData((1 << 20) + 3)]
    public void Bytes_go_everywhere_and_nowhere_else(int length)
    {
        Span<byte> near = _two.Local.AsSpan();
        Span<byte> far = _two.Remote.AsSpan();
        new Random(length).NextBytes(near[..length]);
        byte[] data = near[..length].ToArray();

        Global.Xcopy(Far + 100, Near, length);
        AssertOnly(far, 100, data);
        Global.Xcopy(Far + (2 << 20), Far + 100, length);
        Assert.True(far.Slice(2 << 20, length).SequenceEqual(data));
        Global.Xcopy(Near + (2 << 20), Far + 100, length);
        Assert.True(near.Slice(2 << 20, length).SequenceEqual(data));
        Global.Xcopy(Near + (1 << 20) + 8, Near, length);
        Assert.True(near.Slice((1 << 20) + 8, length).SequenceEqual(data));

        far.Clear();
        Global.Xcopy(Far + 300, data);
        AssertOnly(far, 300, data);
        byte[] back = new byte[length];
        Global.Xcopy(back, Far + 300);
        Assert.Equal(data, back);
    }

    [Fact]
    public void A_third_party_moves_bytes_between_two_owners()
    {
        using UrmaContext other = UrmaContext.Open($"loopback://{_two.User.Device.Name}");
        using Segment memory = other.AllocateSegment(4096);
        using TargetSegment import = _two.User.ImportSegment(memory.Descriptor, memory.Token);
        _two.Remote.AsSpan(0, 4096).Fill(0x5a);
        Global.Xcopy(import.GlobalAddress, Far, 4096);
        Assert.Equal(-1, memory.AsSpan().IndexOfAnyExcept((byte)0x5a));
    }

    [Theory]
    [InlineData(0, 1000, 100_000)]
    [InlineData(1000, 0, 100_000)]
    [InlineData(0, 0, 100_000)]
    [InlineData(0, 1, 3)]
    public void Overlapping_ranges_are_copied_as_if_through_a_buffer(int from, int to, int length)
    {
        Span<byte> far = _two.Remote.AsSpan();
        new Random(1).NextBytes(far);
        byte[] expected = far.ToArray();
        Array.Copy(expected, from, expected, to, length);
        Global.Xcopy(Far + to, Far + from, length);
        Assert.True(far.SequenceEqual(expected));
    }

    [Fact]
    public void Overlapping_ranges_reached_through_two_imports_are_no_exception()
    {
        var options = new UrmaContextOptions { Translation = new TranslationOptions { PageSize = 4096 } };
        using UrmaContext user = UrmaContext.Open($"loopback://{_two.User.Device.Name}", options);
        using TargetSegment first = user.ImportSegment(_two.Remote.Descriptor, _two.Remote.Token);
        user.Global.Xcopy(first.GlobalAddress, new byte[8]);
        using TargetSegment second = user.ImportSegment(_two.Remote.Descriptor, _two.Remote.Token);
        Span<byte> far = _two.Remote.AsSpan();
        new Random(1).NextBytes(far);
        byte[] expected = far.ToArray();
        Array.Copy(expected, 100, expected, 4096, 50_000);
        user.Global.Xcopy(Far + 4096, Far + 100, 50_000);
        Assert.True(far.SequenceEqual(expected));
        Array.Copy(expected, 4200, expected, 4196, 5000);
        Assert.Equal(0, user.Global.XcopyBatch([new XcopyItem(Far, Far, 8), new XcopyItem(Far + 4196, Far + 4200, 5000)], new GlobalMemoryStatus[2]));
        Assert.True(far.SequenceEqual(expected));
    }

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(4096, 0)]
    public void Long_overlapping_ranges_are_moved_from_the_right_end(int from, int to)
    {
        const int Length = 130 << 20;
        using Segment memory = _two.Owner.AllocateSegment(Length + 4096);
        using TargetSegment import = _two.User.ImportSegment(memory.Descriptor, memory.Token);
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(memory.AsSpan());
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = (ulong)i;
        }

        Global.Xcopy(import.GlobalAddress + to, import.GlobalAddress + from, Length);
        for (int i = 0; i < Length / 8; i++)
        {
            if (words[i + (to / 8)] != (ulong)(i + (from / 8)))
            {
                Assert.Fail($"Word {i} holds {words[i + (to / 8)]}.");
            }
        }
    }

    [Fact]
    public void A_range_may_cover_several_segments_that_touch()
    {
        const int Piece = 64 << 10;
        byte* memory = (byte*)NativeMemory.AlignedAlloc(3 * Piece, Piece);
        try
        {
            new Span<byte>(memory, 3 * Piece).Clear();
            using Segment first = _two.Owner.RegisterSegment(memory, Piece);
            using Segment second = _two.Owner.RegisterSegment(memory + Piece, Piece);
            using Segment third = _two.Owner.RegisterSegment(memory + (2 * Piece), Piece, new SegmentOptions { NeverAdopt = true });
            using TargetSegment one = _two.User.ImportSegment(first.Descriptor, first.Token);
            using TargetSegment two = _two.User.ImportSegment(second.Descriptor, second.Token);
            Random.Shared.NextBytes(_two.Local.AsSpan());
            Global.Xcopy(one.GlobalAddress + 10, Near, (2 * Piece) - 10);
            Assert.True(new Span<byte>(memory + 10, (2 * Piece) - 10).SequenceEqual(_two.Local.AsSpan(0, (2 * Piece) - 10)));
            Assert.Equal(GlobalMemoryStatus.Unmapped, Global.TryXcopy(one.GlobalAddress, Near, (2 * Piece) + 1));
            using TargetSegment three = _two.User.ImportSegment(third.Descriptor, third.Token);
            Assert.Equal(SegmentMode.Copied, three.Mode);
            Global.Xcopy(one.GlobalAddress + 5, Near, (3 * Piece) - 5);
            Assert.True(new Span<byte>(memory + 5, (3 * Piece) - 5).SequenceEqual(_two.Local.AsSpan(0, (3 * Piece) - 5)));
            Global.Xcopy(Near + (1 << 20), one.GlobalAddress + 5, (3 * Piece) - 5);
            Assert.True(_two.Local.AsSpan(1 << 20, (3 * Piece) - 5).SequenceEqual(_two.Local.AsSpan(0, (3 * Piece) - 5)));
            Global.Xcopy(three.GlobalAddress + 20_000, three.GlobalAddress, 40_000);
            Assert.True(new Span<byte>(memory + (2 * Piece) + 20_000, 40_000).SequenceEqual(_two.Local.AsSpan((2 * Piece) - 5, 40_000)));
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [Fact]
    public void What_is_wrong_with_an_address_is_named_and_nothing_moves()
    {
        _two.Local.AsSpan().Fill(1);
        using Segment readOnly = _two.Owner.AllocateSegment(4096, new SegmentOptions { Access = SegmentAccess.Read });
        using TargetSegment import = _two.User.ImportSegment(readOnly.Descriptor, readOnly.Token);
        var nobody = new GlobalAddress(Far.Eid, (Far.Uasid % 1000) + 5000, Far.VirtualAddress);
        var elsewhere = new GlobalAddress(Eid.Parse("fd00::dead"), Far.Uasid, Far.VirtualAddress);

        AssertFault(GlobalMemoryStatus.UnknownSpace, nobody, 8);
        AssertFault(GlobalMemoryStatus.UnknownSpace, elsewhere, 8);
        AssertFault(GlobalMemoryStatus.Unmapped, Far + (MemoryLength - 7), 8);
        AssertFault(GlobalMemoryStatus.Unmapped, Far - 1, 8);
        AssertFault(GlobalMemoryStatus.Unmapped, Far, MemoryLength + 1L);
        AssertFault(GlobalMemoryStatus.AccessDenied, import.GlobalAddress, 8);
        AssertFault(GlobalMemoryStatus.InvalidRange, Far, -1);
        AssertFault(GlobalMemoryStatus.InvalidRange, new GlobalAddress(Far.Eid, Far.Uasid, ulong.MaxValue - 6), 8);
        Global.Xcopy(Near, import.GlobalAddress, 4096);
        Assert.Equal(-1, _two.Remote.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void A_grant_that_ended_is_named()
    {
        Global.Xcopy(Far, Near, 8);
        _two.Remote.Revoke();
        AssertFault(GlobalMemoryStatus.Revoked, Far, 8);

        using TargetSegment again = _two.User.ImportSegment(_two.Remote.Descriptor, _two.Remote.Token);
        Global.Xcopy(Far, Near, 8);
        again.Dispose();
        AssertFault(GlobalMemoryStatus.Revoked, Far, 8);
        _two.Target.Dispose();
        AssertFault(GlobalMemoryStatus.UnknownSpace, Far, 8);
    }

    [Fact]
    public void An_owner_that_left_is_named()
    {
        Global.Xcopy(Far, Near, 8);
        _two.Owner.Dispose();
        Assert.True(SpinWait.SpinUntil(() => Global.TryXcopy(Far, Near, 8) == GlobalMemoryStatus.OwnerLost, TwoContexts.Bound));
        AssertFault(GlobalMemoryStatus.OwnerLost, Far, 8);
    }

    [Fact]
    public void The_source_is_named_where_it_is_at_fault()
    {
        GlobalMemoryException error = Assert.Throws<GlobalMemoryException>(() => Global.Xcopy(Near, Far + (MemoryLength - 4), 8));
        Assert.Equal(Far + (MemoryLength - 4), error.Address);
        Assert.Equal(8, error.Length);
        Assert.Contains(error.Address.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_the_context_is_closed_nothing_is_reached()
    {
        GlobalAddress far = Far;
        GlobalAddress near = Near;
        Global.Xcopy(far, near, 8);
        GlobalMemory memory = Global;
        _two.User.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Xcopy(far, near, 8));
        Assert.Throws<ObjectDisposedException>(() => memory.TryXcopy(far, near, 8));
        Assert.Throws<ObjectDisposedException>(() => memory.XcopyBatch([new XcopyItem(far, near, 8)], new GlobalMemoryStatus[1]));
        var other = new Thread(() => Assert.Throws<ObjectDisposedException>(() => memory.Xcopy(far, near, 8)));
        other.Start();
        Assert.True(other.Join(TwoContexts.Bound));
    }

    [Fact]
    public void Imports_may_go_while_other_threads_copy()
    {
        using var stop = new CancellationTokenSource();
        GlobalAddress far = Far;
        GlobalAddress near = Near;
        long copies = 0;
        Thread[] threads = [.. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (Global.TryXcopy(far, near, 256 << 10) == GlobalMemoryStatus.Success)
                {
                    Interlocked.Increment(ref copies);
                }
            }
        }))];
        _two.Target.Dispose();
        Array.ForEach(threads, static t => t.Start());
        for (int i = 0; i < 300 || Interlocked.Read(ref copies) == 0; i++)
        {
            using TargetSegment import = _two.User.ImportSegment(_two.Remote.Descriptor, _two.Remote.Token);
            Thread.Yield();
        }

        stop.Cancel();
        Array.ForEach(threads, static t => Assert.True(t.Join(TwoContexts.Bound)));
    }

    [Fact]
    public void A_modelled_link_delays_each_copy_and_both_of_its_legs()
    {
        using UrmaContext slow = UrmaContext.Open(
            $"loopback://{_two.User.Device.Name}", new UrmaContextOptions { Fabric = new FabricModel("slow", 2e6) });
        using Segment local = slow.AllocateSegment(4096);
        using TargetSegment import = slow.ImportSegment(_two.Remote.Descriptor, _two.Remote.Token);
        GlobalAddress near = local.GlobalAddress;
        Assert.InRange(Measure(() => slow.Global.Xcopy(near + 64, near, 8)).TotalMilliseconds, 0, 1.9);
        Assert.True(Measure(() => slow.Global.Xcopy(Far, near, 8)).TotalMilliseconds >= 2);
        Assert.True(Measure(() => slow.Global.Xcopy(near, Far, 8)).TotalMilliseconds >= 2);
        Assert.True(Measure(() => slow.Global.Xcopy(Far, Far + 64, 8)).TotalMilliseconds >= 4);
        Assert.True(Measure(() => slow.Global.Xcopy(Far, new byte[8])).TotalMilliseconds >= 2);
    }

    private static TimeSpan Measure(Action action)
    {
        var shortest = TimeSpan.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            action();
            TimeSpan took = System.Diagnostics.Stopwatch.GetElapsedTime(start);
            shortest = took < shortest ? took : shortest;
        }

        return shortest;
    }

    private static void AssertOnly(ReadOnlySpan<byte> memory, int offset, ReadOnlySpan<byte> data)
    {
        Assert.True(memory.Slice(offset, data.Length).SequenceEqual(data));
        Assert.Equal(-1, memory[..offset].IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, memory[(offset + data.Length)..].IndexOfAnyExcept((byte)0));
    }

    private void AssertFault(GlobalMemoryStatus fault, GlobalAddress address, long length)
    {
        Assert.Equal(fault, Global.TryXcopy(address, Near, length));
        GlobalMemoryException error = Assert.Throws<GlobalMemoryException>(() => Global.Xcopy(address, Near, length));
        Assert.Equal(fault, error.Fault);
        Assert.Equal(address, error.Address);
        Assert.Equal(fault, Global.Query(address, length, forWriting: true));
    }
}
