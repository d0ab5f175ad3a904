using Urma.Net.Collectives.Tests.Posted;

namespace Urma.Net.Collectives.Tests.Hierarchical;

/// <summary>What reductions between hosts promise beside the right sum: the order of ranks, equal bits everywhere, small errors; and that nothing is allocated.</summary>
public sealed class HierarchicalReductionTests
{
    public static TheoryData<string> Shapes() => [.. HostShape.All];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_order_of_ranks_is_kept(string hosts) => HostShape.Run(hosts, PostedReductionTests.CheckOrder);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void All_ranks_get_the_same_bits_in_every_run(string hosts)
    {
        byte[][] first = Sums(hosts);
        byte[][] second = Sums(hosts);
        Assert.All([.. first, .. second], result => Assert.True(result.AsSpan().SequenceEqual(first[0])));
    }

    private static byte[][] Sums(string hosts)
    {
        byte[][] results = new byte[hosts.Length][];
        HostShape.Run(hosts, communicator => results[communicator.Rank] = PostedReductionTests.CheckedSums(communicator));
        return results;
    }

    // The sum of a host is beyond the type, the average is not.
    [Theory]
    [InlineData("AAB")]
    [InlineData("AABB")]
    [InlineData("AAAABBBB")]
    public void Averages_of_great_narrow_numbers_stay_numbers(string hosts) => HostShape.Run(hosts, static communicator =>
    {
        CheckAverages(communicator, (Half)30_000);
        CheckAverages(communicator, (Float8E4M3)448);
        CheckAverages(communicator, (Float8E5M2)49_152);
    });

    private static void CheckAverages<T>(Communicator communicator, T value)
        where T : unmanaged
    {
        foreach (int count in new[] { 3, 100_000 })
        {
            T[] mine = [.. Enumerable.Repeat(value, count * communicator.Size)];
            T[] result = new T[count];
            communicator.AllReduce<T>(mine.AsSpan(0, count), result, Reduction.Average);
            Assert.All(result, seen => Assert.Equal(value, seen));
            Array.Clear(result);
            communicator.ReduceScatter<T>(mine, result, Reduction.Average);
            Assert.All(result, seen => Assert.Equal(value, seen));
            Array.Clear(result);
            communicator.Reduce<T>(mine.AsSpan(0, count), communicator.Rank == 1 ? result : [], Reduction.Average, 1);
            Assert.All(result, seen => Assert.Equal(communicator.Rank == 1 ? value : default, seen));
        }
    }

    [Theory]
    [InlineData("AABB")]
    [InlineData("ABA")]
    public void Operations_allocate_nothing(string hosts) => HostShape.Run(hosts, PostedAllocationTests.Check);
}
