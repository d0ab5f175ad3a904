using System.Numerics;
using Urma.Net.Global;

namespace Urma.Net.Tests.Global.Heap;

/// <summary>The allocator against a model that knows every byte.</summary>
public class BuddyAllocatorTests
{
    [Theory]
    [InlineData(1, 0, 1 << 16)]
    [InlineData(2, 0, 100_000)]
    [InlineData(3, 4096, 4096 * 13)]
    [InlineData(4, 3 * 4096, 1 << 17)]
    [InlineData(5, 0, 4096)]
    public void It_does_what_it_promises(int seed, long start, long end)
    {
        var random = new Random(seed);
        using var allocator = new BuddyAllocator(start, end);
        var live = new List<(long Offset, long Block)>();
        bool[] used = new bool[end / BuddyAllocator.MinBlock];
        int full = 0;
        for (int step = 0; step < 20_000; step++)
        {
            // Long waves of mostly taking and mostly giving back, so that it is full and empty now and then.
            bool takes = random.Next(100) < (step / 500 % 2 == 0 ? 70 : 35);
            if (takes || live.Count == 0)
            {
                long length = random.Next(5) == 0 ? random.NextInt64(0, (end - start) / 2) : random.Next(0, 700);
                long alignment = 1L << random.Next(0, 13);
                long block = BuddyAllocator.BlockFor(length, alignment);
                Assert.True(block >= length && block < 2 * Math.Max(BuddyAllocator.MinBlock, Math.Max(length, alignment)) && BitOperations.IsPow2(block));
                long offset = allocator.Allocate(length, alignment);
                // Exactly when an aligned range is free; and for certain below the bound.
                Assert.Equal(HasRoom(block), offset >= 0);
                Assert.True(offset >= 0 || live.Sum(b => Math.Max(1, b.Block / block)) >= Ranges(block), "It was below the bound.");
                if (offset < 0)
                {
                    full++;
                    continue;
                }

                Assert.Equal(0, offset % alignment);
                Assert.Equal(0, offset % block);
                Assert.True(offset >= start && offset + block <= end);
                Mark(offset, block, true);
                live.Add((offset, block));
            }
            else
            {
                int index = random.Next(live.Count);
                (long offset, long block) = live[index];
                live.RemoveAt(index);
                Assert.False(allocator.TryFree(offset + 8));
                Assert.False(allocator.TryFree(offset + (block / 2) + (block == BuddyAllocator.MinBlock ? 1 : 0)));
                Assert.True(allocator.TryFree(offset));
                Assert.False(allocator.TryFree(offset));
                Mark(offset, block, false);
            }

            Assert.Equal(live.Sum(b => b.Block), allocator.Used);
        }

        Assert.True(full > 10, "It was never full: the test proves little.");
        live.ForEach(b => Assert.True(allocator.TryFree(b.Offset)));
        Assert.Equal(0, allocator.Used);

        void Mark(long offset, long block, bool value)
        {
            for (long i = offset; i < offset + block; i += BuddyAllocator.MinBlock)
            {
                Assert.NotEqual(value, used[i / BuddyAllocator.MinBlock]);
                used[i / BuddyAllocator.MinBlock] = value;
            }
        }

        bool HasRoom(long block)
        {
            for (long offset = RoundUp(start, block); offset + block <= end; offset += block)
            {
                if (!used.AsSpan((int)(offset / BuddyAllocator.MinBlock), (int)(block / BuddyAllocator.MinBlock)).Contains(true))
                {
                    return true;
                }
            }

            return false;
        }

        long Ranges(long block) => Math.Max(0, (end / block) - (RoundUp(start, block) / block));

        static long RoundUp(long value, long to) => (value + to - 1) / to * to;
    }

    [Fact]
    public void Threads_get_different_blocks()
    {
        using var allocator = new BuddyAllocator(0, 1 << 22);
        int[] owners = new int[(1 << 22) / BuddyAllocator.MinBlock];
        int clashes = 0;
        Thread[] threads = [.. Enumerable.Range(1, 4).Select(me => new Thread(() =>
        {
            var random = new Random(me);
            var mine = new Queue<long>();
            for (int i = 0; i < 20_000; i++)
            {
                long offset = allocator.Allocate(random.Next(1, 64), 1);
                clashes += Interlocked.CompareExchange(ref owners[offset / BuddyAllocator.MinBlock], me, 0) == 0 ? 0 : 1;
                mine.Enqueue(offset);
                if (mine.Count > 100)
                {
                    long old = mine.Dequeue();
                    clashes += Interlocked.CompareExchange(ref owners[old / BuddyAllocator.MinBlock], 0, me) == me ? 0 : 1;
                    clashes += allocator.TryFree(old) ? 0 : 1;
                }
            }
        }))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.Equal(0, clashes);
    }
}
