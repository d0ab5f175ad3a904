using System.Runtime.InteropServices;
using Urma.Net.Collectives.Tests.Communicators;

namespace Urma.Net.Collectives.Tests.Posted;

/// <summary>What reductions over posted writes promise beside the right sum: the order of ranks, equal bits everywhere, small errors.</summary>
public sealed unsafe class PostedReductionTests
{
    private static readonly CommunicatorOptions Options = new() { Path = CollectivePath.Posted };

    // An element is a map x → a·x + b, modulo 2^32; the operand's map comes behind. Associative, and seldom commutative.
    private static readonly Reduction Composition = Reduction.Create("Composition", Compose, isCommutative: false);

    // From one element to beyond each threshold between algorithms.
    private static readonly int[] Counts = [1, 19, 700, 5_000, 20_011, 90_001];

    public static TheoryData<int> Sizes() => [2, 3, 4, 5, 6, 7, 8, 9, 17];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_order_of_ranks_is_kept(int size) => RankThreads.Run(size, CheckOrder, Options);

    /// <summary>Compares results of a reduction whose order matters.</summary>
    internal static void CheckOrder(Communicator communicator)
    {
        foreach (int count in Counts)
        {
            CheckOrder(communicator, count);
        }
    }

    private static void CheckOrder(Communicator communicator, int count)
    {
        int rank = communicator.Rank;
        int size = communicator.Size;
        ulong[] mine = Maps(rank, count * size);
        ulong[] result = new ulong[count];
        communicator.AllReduce<ulong>(mine.AsSpan(0, count), result, Composition);
        Assert.Equal(Composed(size, 0, count), result);
        communicator.ReduceScatter<ulong>(mine, result, Composition);
        Assert.Equal(Composed(size, rank * count, count), result);
        for (int root = 0; root < size; root += 1 + (size / 3))
        {
            communicator.Reduce<ulong>(mine.AsSpan(0, count), rank == root ? result : [], Composition, root);
            if (rank == root)
            {
                Assert.Equal(Composed(size, 0, count), result);
            }
        }

        ulong[] inPlace = mine[..count];
        communicator.AllReduce<ulong>(inPlace, inPlace, Composition);
        Assert.Equal(Composed(size, 0, count), inPlace);
    }

    private static ulong[] Maps(int rank, int count) =>
        [.. Enumerable.Range(0, count).Select(index => ((ulong)(uint)((2 * rank) + 3 + (index % 5)) << 32) | (uint)((rank * 7) + index + 1))];

    private static ulong[] Composed(int size, int first, int count)
    {
        ulong[][] all = [.. Enumerable.Range(0, size).Select(rank => Maps(rank, first + count))];
        return [.. Enumerable.Range(first, count).Select(index => all.Select(maps => maps[index]).Aggregate(Compose))];
    }

    private static ulong Compose(ulong before, ulong behind)
    {
        uint factor = (uint)(behind >> 32);
        return ((ulong)(factor * (uint)(before >> 32)) << 32) | ((factor * (uint)before) + (uint)behind);
    }

    private static void Compose(void* accumulator, void* operand, long count, DataType type)
    {
        for (long index = 0; index < count; index++)
        {
            ((ulong*)accumulator)[index] = Compose(((ulong*)accumulator)[index], ((ulong*)operand)[index]);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void All_ranks_get_the_same_bits_and_close_to_the_sum(int size)
    {
        byte[][] results = new byte[size][];
        RankThreads.Run(
            size,
            communicator => results[communicator.Rank] = CheckedSums(communicator),
            Options);
        Assert.All(results, result => Assert.True(result.AsSpan().SequenceEqual(results[0])));
    }

    /// <summary>Sums of numbers that round, compared with those in double precision.</summary>
    internal static byte[] CheckedSums(Communicator communicator)
    {
        int size = communicator.Size;
        using var all = new MemoryStream();
        foreach (int count in Counts)
        {
            float[] mine = Numbers(communicator.Rank, count);
            float[] result = new float[count];
            communicator.AllReduce<float>(mine, result, Reduction.Sum);
            AssertClose(size, count, result, divisor: 1);
            all.Write(MemoryMarshal.AsBytes(result.AsSpan()));
            communicator.AllReduce<float>(mine, mine, Reduction.Average);
            AssertClose(size, count, mine, divisor: size);
            all.Write(MemoryMarshal.AsBytes(mine.AsSpan()));
        }

        return all.ToArray();
    }

    private static float[] Numbers(int rank, int count)
    {
        var random = new Random((rank * 1000) + 7);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * MathF.ScaleB(1, random.Next(-8, 9)))];
    }

    // Each of the additions rounds to half a unit of a number no larger than the sum of all magnitudes.
    private static void AssertClose(int size, int count, float[] result, int divisor)
    {
        float[][] all = [.. Enumerable.Range(0, size).Select(rank => Numbers(rank, count))];
        for (int index = 0; index < count; index++)
        {
            double sum = 0;
            double magnitude = 0;
            foreach (float[] numbers in all)
            {
                sum += numbers[index];
                magnitude += Math.Abs(numbers[index]);
            }

            double bound = size * magnitude * Math.ScaleB(1, -24) / divisor;
            if (Math.Abs(result[index] - (sum / divisor)) > bound)
            {
                Assert.Fail($"{count} elements, {size} ranks: element {index} is {result[index]}, and {sum / divisor} in double precision, which is more than {bound} away.");
            }
        }
    }
}
