using Urma.Net.Collectives.Tests.Communicators;

namespace Urma.Net.Collectives.Tests.Posted;

/// <summary>Operations over posted writes allocate nothing once their links are open.</summary>
public sealed class PostedAllocationTests
{
    [Fact]
    public void Operations_allocate_nothing() => RankThreads.Run(
        3,
        communicator =>
        {
            float[] buffer = new float[3 * 50_000];
            float[] result = new float[3 * 50_000];
            long[] counts = [5, 5, 5];
            long[] displacements = [0, 5, 10];
            RunAll(communicator, buffer, result, counts, displacements);
            RunAll(communicator, buffer, result, counts, displacements);
            long before = GC.GetAllocatedBytesForCurrentThread();
            RunAll(communicator, buffer, result, counts, displacements);
            long after = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(0, after - before);
        },
        new CommunicatorOptions { Path = CollectivePath.Posted });

    private static void RunAll(Communicator communicator, float[] buffer, float[] result, long[] counts, long[] displacements)
    {
        foreach (int count in (ReadOnlySpan<int>)[1, 3_000, 50_000])
        {
            communicator.AllReduce<float>(buffer.AsSpan(0, count), result.AsSpan(0, count), Reduction.Sum);
            communicator.Reduce<float>(buffer.AsSpan(0, count), result.AsSpan(0, count), Reduction.Sum, 1);
            communicator.Broadcast<float>(buffer.AsSpan(0, count), result.AsSpan(0, count), 1);
            communicator.AllGather<float>(buffer.AsSpan(0, count), result.AsSpan(0, 3 * count));
            communicator.ReduceScatter<float>(buffer.AsSpan(0, 3 * count), result.AsSpan(0, count), Reduction.Sum);
            communicator.AllToAll<float>(buffer.AsSpan(0, 3 * count), result.AsSpan(0, 3 * count));
        }

        communicator.AllToAllV<float>(buffer, counts, displacements, result, counts, displacements);
        communicator.Barrier();
    }
}
