using System.Diagnostics;
using Urma.Net.Tests.Async;

namespace Urma.Net.Tests.Global.Heap;

/// <summary>A heap of one rank, and joins that cannot succeed.</summary>
public sealed class GlobalHeapTests : IDisposable
{
    private readonly UrmaContext _context = UrmaContext.Open($"loopback://{Guid.NewGuid():n}");

    public void Dispose() => _context.Dispose();

    [Fact]
    public void Pointers_of_one_rank_work_like_pointers()
    {
        using GlobalHeap heap = Join();
        GlobalPointer<long> words = heap.Allocate<long>(100, 4096);
        Assert.Equal(0, words.Address % 4096);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(0, words[i]);
            words[i] = i;
        }

        Assert.Equal(5, (words + 5).Value);
        Assert.Equal(5, (words + 10 - 5).Value);
        Assert.Equal(7, words + 7 - words);
        Assert.Equal(4950, words.AsSpan(100).ToArray().Sum());
        Assert.Equal(0, heap.RankOf(words));
        Assert.Equal(words, heap.At<long>(0, heap.OffsetOf(words)));
        Assert.Equal(new GlobalAddress(_context.Eid, _context.Uasid, (ulong)words.Address), words.ToGlobalAddress(heap));
        Assert.True(default(GlobalPointer<int>).IsNull);
        Assert.Equal((byte)3, (words + 3).Cast<byte>().Value);
        heap.Barrier(TimeSpan.Zero);
        heap.Leave(TimeSpan.Zero);
        Assert.Throws<ObjectDisposedException>(() => heap.Allocate<int>());
    }

    [Fact]
    public void Xcopy_reaches_what_was_allocated()
    {
        using GlobalHeap heap = Join();
        GlobalPointer<byte> to = heap.Allocate<byte>(1000);
        _context.Global.Xcopy(to.ToGlobalAddress(heap), new byte[] { 1, 2, 3 });
        Assert.Equal([1, 2, 3], to.AsSpan(3).ToArray());
    }

    [Fact]
    public void Freeing_what_is_not_live_is_an_error()
    {
        using GlobalHeap heap = Join();
        GlobalPointer<int> pointer = heap.Allocate<int>(100);
        Assert.Throws<InvalidOperationException>(() => heap.Free(pointer + 16));
        heap.Free(pointer);
        Assert.Throws<InvalidOperationException>(() => heap.Free(pointer));
        Assert.Throws<ArgumentException>(() => heap.Free(new GlobalPointer<int>(heap.Base - 8)));
        Assert.Throws<ArgumentException>(() => heap.Free(new GlobalPointer<int>((nint)(heap.Base + heap.SliceLength))));
        heap.Free(default(GlobalPointer<int>));
        GlobalPointer<int> symmetric = heap.AllocateSymmetric<int>(10);
        heap.Free(symmetric);
        Assert.Throws<InvalidOperationException>(() => heap.Free(symmetric));
        Assert.Equal(0, heap.AllocatedBytes);
    }

    [Fact]
    public void A_full_slice_is_a_named_error()
    {
        using GlobalHeap heap = Join();
        UrmaException local = Assert.Throws<UrmaException>(() => heap.Allocate<byte>(heap.SliceLength));
        Assert.Equal(UrmaStatus.OutOfMemory, local.Status);
        Assert.Equal(UrmaStatus.OutOfMemory, Assert.Throws<UrmaException>(() => heap.AllocateSymmetric<long>(long.MaxValue)).Status);
        Assert.Throws<ArgumentOutOfRangeException>(() => heap.Allocate<int>(1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => heap.Allocate<int>(1, 4 << 20));
        Assert.Throws<ArgumentOutOfRangeException>(() => heap.Allocate<int>(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => heap.At<long>(0, heap.SliceLength - 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => heap.At<long>(1, 0));
    }

    [Fact]
    public void The_range_is_given_back()
    {
        nint first;
        using (GlobalHeap heap = Join())
        {
            first = heap.Base;
            heap.Allocate<long>().Value = 5;
        }

        Assert.DoesNotContain(File.ReadLines("/proc/self/maps"), l => l.StartsWith($"{first:x}-", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_rank_is_named_in_time()
    {
        var clock = Stopwatch.StartNew();
        UrmaException missing = Assert.Throws<UrmaException>(() => Join(size: 3, timeout: 300));
        Assert.Equal(UrmaStatus.TimedOut, missing.Status);
        Assert.Contains("1, 2 of 3", missing.Message, StringComparison.Ordinal);
        UrmaException alone = Assert.Throws<UrmaException>(() => Join(rank: 1, size: 2, timeout: 300));
        Assert.Equal(UrmaStatus.TimedOut, alone.Status);
        Assert.Contains("Rank 0", alone.Message, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TwoContexts.Bound);
        // What failed leaves the name free.
        Join().Dispose();
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Join(rank: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Join(size: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Join(slice: 4096));
    }

    [Fact]
    public void A_modelled_link_is_not_gone_round_unless_allowed()
    {
        string fabric = $"loopback://{Guid.NewGuid():n}";
        using UrmaContext modelled = UrmaContext.Open(fabric, new UrmaContextOptions { Fabric = FabricModel.Ub });
        Assert.Equal(UrmaStatus.OperationNotPermitted, Assert.Throws<UrmaException>(() => Join(context: modelled)).Status);
        using UrmaContext allowed = UrmaContext.Open(fabric, new UrmaContextOptions { Fabric = FabricModel.Ub with { AllowUndelayedViews = true } });
        using GlobalHeap labelled = Join(context: allowed);
        Assert.True(labelled.GoesRoundFabricModel);
        using GlobalHeap plain = Join();
        Assert.False(plain.GoesRoundFabricModel);
    }

    private GlobalHeap Join(int rank = 0, int size = 1, long slice = 1 << 20, int timeout = 20_000, UrmaContext? context = null) =>
        GlobalHeap.Join(context ?? _context, new GlobalHeapOptions
        {
            Name = "h",
            Rank = rank,
            Size = size,
            SliceLength = slice,
            Timeout = TimeSpan.FromMilliseconds(timeout),
        });
}
