using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Urma.Net.Collectives.Reductions;

namespace Urma.Net.Collectives.Tests.Reductions;

/// <summary>User-defined functions, intermediate passes, refused arguments and allocations.</summary>
public unsafe class ReductionKernelsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_function_of_ones_own_sees_operands_in_order_and_may_write_any_source(int sourceCount)
    {
        const int Count = 5001;
        Reduction reduction = Reduction.Create("twice the left and the right", TwiceTheLeftAndTheRight, isCommutative: false);
        for (int destination = -1; destination < sourceCount; destination++)
        {
            long[][] operands = [.. Enumerable.Range(1, sourceCount).Select(source => Enumerable.Range(0, Count).Select(i => (long)i * source * 7).ToArray())];
            long[] expected = [.. Enumerable.Range(0, Count).Select(i => operands.Skip(1).Aggregate(operands[0][i], (left, right) => (2 * left) + right[i]))];
            long[] apart = new long[Count];
            GCHandle[] pins = [.. operands.Append(apart).Select(array => GCHandle.Alloc(array, GCHandleType.Pinned))];
            nint[] sources = [.. pins.Take(sourceCount).Select(pin => pin.AddrOfPinnedObject())];
            nint target = destination < 0 ? pins[^1].AddrOfPinnedObject() : sources[destination];
            ReductionKernels.Reduce((void*)target, sources, Count, DataType.Int64, reduction, default);
            Array.ForEach(pins, pin => pin.Free());
            Assert.Equal(expected, destination < 0 ? apart : operands[destination]);
        }
    }

    [Fact]
    public void What_a_function_throws_reaches_the_caller()
    {
        Reduction reduction = Reduction.Create("throws", (accumulator, operand, count, type) => throw new InvalidOperationException("mine"));
        long value = 1;
        nint[] sources = [(nint)(&value), (nint)(&value)];
        Assert.Throws<InvalidOperationException>(() => ReduceLongs(sources, reduction));
    }

    [Fact]
    public void Without_divisor_and_factors_averages_and_pre_multiplied_sums_are_sums()
    {
        int left = 3;
        int right = 4;
        int result = 0;
        nint[] sources = [(nint)(&left), (nint)(&right)];
        ReductionKernels.Reduce(&result, sources, 1, DataType.Int32, Reduction.Average, default);
        Assert.Equal(7, result);
        ReductionKernels.Reduce(&result, sources, 1, DataType.Int32, Reduction.PreMultipliedSum(9), default);
        Assert.Equal(7, result);
    }

    [Fact]
    public void A_source_may_occur_several_times()
    {
        double value = 1.5;
        nint[] sources = [(nint)(&value), (nint)(&value), (nint)(&value)];
        ReductionKernels.Reduce(&value, sources, 1, DataType.Float64, Reduction.Sum, default);
        Assert.Equal(4.5, value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_destination_may_be_another_mapping_of_a_source(bool streaming)
    {
        const int Count = 1021;
        using MemoryMappedFile memory = MemoryMappedFile.CreateNew(null, 2 * Count * sizeof(float));
        using MemoryMappedViewAccessor first = memory.CreateViewAccessor();
        using MemoryMappedViewAccessor second = memory.CreateViewAccessor();
        float* source = (float*)first.SafeMemoryMappedViewHandle.DangerousGetHandle() + 3;
        float* destination = (float*)second.SafeMemoryMappedViewHandle.DangerousGetHandle() + 3;
        Assert.NotEqual((nint)source, (nint)destination);
        for (int i = 0; i < Count; i++)
        {
            source[i] = i;
        }

        nint[] sources = [(nint)source, (nint)source];
        ReductionKernels.Reduce(destination, sources, Count, DataType.Float32, Reduction.Sum, default, streaming);
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(2 * i, source[i]);
        }
    }

    // Places of one alignment may be written round the caches, others may not; one of them is a source.
    [Theory]
    [InlineData(DataType.Float32, 0, 64)]
    [InlineData(DataType.Float32, 4, 4)]
    [InlineData(DataType.Float32, 4, 12)]
    [InlineData(DataType.BFloat16, 2, 34)]
    [InlineData(DataType.Float16, 0, 2)]
    [InlineData(DataType.Float8E4M3, 1, 31)]
    [InlineData(DataType.Int64, 8, 40)]
    public void All_destinations_get_the_result(DataType type, int firstOffset, int secondOffset)
    {
        const int Count = 1003;
        const int Room = 16 << 10;
        byte* memory = (byte*)NativeMemory.AlignedAlloc(5 * Room, 64);
        Reduction own = Reduction.Create("the right one", static (accumulator, operand, count, type) => Buffer.MemoryCopy(operand, accumulator, long.MaxValue, count * DataTypes.SizeOf(type)));
        try
        {
            foreach (Reduction reduction in new[] { Reduction.Sum, Reduction.Max, own })
            {
                foreach (bool streaming in new[] { false, true })
                {
                    new Span<byte>(memory, 5 * Room).Fill(0x38);
                    new Random(5).NextBytes(new Span<byte>(memory, Count * DataTypes.SizeOf(type)));
                    nint[] sources = [(nint)memory, (nint)memory + Room + firstOffset];
                    byte* expected = memory + (2 * Room);
                    ReductionKernels.Reduce(expected, sources, Count, type, reduction, default);
                    nint[] destinations = [(nint)memory + (3 * Room) + secondOffset, (nint)memory + Room + firstOffset, (nint)memory + (4 * Room) + firstOffset];
                    ReductionKernels.Reduce(destinations, sources, Count, type, reduction, default, streaming);
                    int length = Count * DataTypes.SizeOf(type);
                    foreach (nint destination in destinations)
                    {
                        Assert.True(new ReadOnlySpan<byte>(expected, length).SequenceEqual(new ReadOnlySpan<byte>((byte*)destination, length)));
                        Assert.Equal(0x38, ((byte*)destination)[length]);
                    }
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        long value = 1;
        nint[] sources = [(nint)(&value)];
        Assert.Throws<ArgumentException>(() => ReduceLongs([], Reduction.Sum));
        Assert.Throws<ArgumentException>(() => ReductionKernels.Reduce((void*)null, sources, 1, DataType.Int64, Reduction.PreMultipliedSum(1), ReductionScale.Multiply([1, 2])));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReductionKernels.Reduce((void*)null, sources, 1, (DataType)99, Reduction.Sum, default));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        byte* memory = (byte*)NativeMemory.AllocZeroed(40_000);
        nint[] sources = [.. Enumerable.Range(0, 17).Select(source => (nint)(memory + (source * 1000)))];
        double[] factors = [.. Enumerable.Repeat(1.0, 17)];
        Reduction own = Reduction.Create("nothing", static (accumulator, operand, count, type) => { });
        Reduction preMultiplied = Reduction.PreMultipliedSum(1);
        ReduceEverything(memory + 20_000, sources, factors, own, preMultiplied);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReduceEverything(memory + 20_000, sources, factors, own, preMultiplied);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        NativeMemory.Free(memory);
    }

    private static void ReduceEverything(byte* destination, ReadOnlySpan<nint> sources, ReadOnlySpan<double> factors, Reduction own, Reduction preMultiplied)
    {
        for (DataType type = DataType.Int8; type <= DataType.Float8E5M2; type++)
        {
            for (int count = 1; count < 120; count += 59)
            {
                ReductionKernels.Reduce(destination, sources, count, type, Reduction.Sum, default, streaming: true);
                ReductionKernels.Reduce(destination, sources, count, type, Reduction.Max, default);
                ReductionKernels.Reduce(destination, sources, count, type, Reduction.Average, ReductionScale.Divide(17));
                ReductionKernels.Reduce(destination, sources, count, type, preMultiplied, ReductionScale.Multiply(factors));
                ReductionKernels.Reduce(destination, sources, count, type, own, default);
            }
        }
    }

    private static void ReduceLongs(nint[] sources, Reduction reduction)
    {
        long result;
        ReductionKernels.Reduce(&result, sources, 1, DataType.Int64, reduction, default);
    }

    private static void TwiceTheLeftAndTheRight(void* accumulator, void* operand, long count, DataType type)
    {
        Assert.Equal(DataType.Int64, type);
        Assert.Equal(0, (nint)accumulator % 64);
        for (long i = 0; i < count; i++)
        {
            ((long*)accumulator)[i] = (2 * ((long*)accumulator)[i]) + ((long*)operand)[i];
        }
    }
}
