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

    [Theory]
    [InlineData("AABB")]
    [InlineData("ABA")]
    public void Operations_allocate_nothing(string hosts) => HostShape.Run(hosts, PostedAllocationTests.Check);
}
