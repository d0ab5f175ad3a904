using Urma.Net.Collectives.Tests.Communicators;

namespace Urma.Net.Collectives.Tests.Posted;

/// <summary>Operations over posted writes allocate nothing once their links are open.</summary>
public sealed class PostedAllocationTests
{
    [Fact]
    public void Operations_allocate_nothing() => RankThreads.Run(
        3,
        Check,
        new CommunicatorOptions { Path = CollectivePath.Posted });

    /// <summary>Does everything until nothing is new, then once more.</summary>
    internal static void Check(Communicator communicator)
    {
        int size = communicator.Size;
        float[] buffer = new float[size * 50_000];
        float[] result = new float[size * 50_000];
        long[] counts = [.. Enumerable.Repeat(5L, size)];
        long[] displacements = [.. Enumerable.Range(0, size).Select(rank => rank * 5L)];
        RunAll(communicator, buffer, result, counts, displacements);
        RunAll(communicator, buffer, result, counts, displacements);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RunAll(communicator, buffer, result, counts, displacements);
        long after = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(0, after - before);
    }

    private static void RunAll(Communicator communicator, float[] buffer, float[] result, long[] counts, long[] displacements)
    {
        int size = communicator.Size;
        foreach (int count in (ReadOnlySpan<int>)[1, 3_000, 50_000])
        {
            communicator.AllReduce<float>(buffer.AsSpan(0, count), result.AsSpan(0, count), Reduction.Sum);
            communicator.Reduce<float>(buffer.AsSpan(0, count), result.AsSpan(0, count), Reduction.Sum, 1);
            communicator.Broadcast<float>(buffer.AsSpan(0, count), result.AsSpan(0, count), 1);
            communicator.AllGather<float>(buffer.AsSpan(0, count), result.AsSpan(0, size * count));
            communicator.Gather<float>(buffer.AsSpan(0, count), result.AsSpan(0, communicator.Rank == 1 ? size * count : 0), 1);
            communicator.Scatter<float>(buffer.AsSpan(0, communicator.Rank == 1 ? size * count : 0), result.AsSpan(0, count), 1);
            communicator.ReduceScatter<float>(buffer.AsSpan(0, size * count), result.AsSpan(0, count), Reduction.Sum);
            communicator.AllToAll<float>(buffer.AsSpan(0, size * count), result.AsSpan(0, size * count));
        }

        communicator.AllToAllV<float>(buffer, counts, displacements, result, counts, displacements);
        communicator.Barrier();
    }
}
