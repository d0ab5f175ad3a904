using System.Text;
using Urma.Net.Collectives.Hierarchical;
using Urma.Net.Collectives.Tests.Bootstrap;
using Urma.Net.Collectives.Tests.Communicators;

namespace Urma.Net.Collectives.Tests.Hierarchical;

/// <summary>Who counts as a host, what a communicator of several is, and how it goes on when ranks are lost.</summary>
public sealed class HostTests
{
    private static RankRecord Record(char host, bool maps = true) => new($"{host}", "machine", CollectivePath.Automatic, 0, [0], true, maps);

    [Fact]
    public void Hosts_are_ranks_that_map_each_other()
    {
        HostMap map = HostMap.Of([Record('B'), Record('A'), Record('B'), Record('B', maps: false), Record('A')]);
        Assert.Equal([0, 1, 0, 2, 1], map.HostOf);
        Assert.Equal([0, 0, 1, 0, 1], map.LocalOf);
        Assert.Equal([0, 1], HostMap.Of([Record('A', maps: false), Record('A', maps: false)]).HostOf);
        Assert.Equal([0, 0, 1], HostMap.Of([Record('A', maps: false), Record('A', maps: false), Record('B', maps: false)]).HostOf);
        Assert.False(map.AreInOrder);
        Assert.Equal(2, map.AgentOf(0, 1));
        Assert.Equal(3, map.AgentOf(2, 1));

        byte[][] reached = [.. Enumerable.Range(0, 5).Select(_ => new byte[] { 1, 1, 1, 1, 1 })];
        reached[4][0] = 0;
        Assert.True(map.IsReached(reached));
        reached[4][1] = 0;
        Assert.False(map.IsReached(reached));
        Assert.Equal([0, 1, 0, 2, 3], map.Divide(reached).HostOf);
    }

    [Fact]
    public void Another_build_is_refused()
    {
        byte[] record = Record('A').ToArray();
        Assert.Equal("A", RankRecord.Read(1, record).Host);
        byte[] build = Encoding.UTF8.GetBytes(RankRecord.Build);
        record[record.AsSpan().IndexOf(build) + build.Length - 1]++;
        Assert.Contains("another build", Assert.Throws<UrmaException>(() => RankRecord.Read(1, record)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CollectivePath.Automatic)]
    [InlineData(CollectivePath.Posted)]
    public void What_is_said_of_a_rest_does_not_tell_the_secret(CollectivePath path)
    {
        string fabric = $"loopback://{Guid.NewGuid():N}";
        UniqueId id = TestRanks.NewName();
        string[] messages = TestRanks.OnAll(3, rank =>
        {
            using UrmaContext context = UrmaContext.Open(fabric);
            using Communicator communicator = Communicator.Create(context, id, rank, 3, new CommunicatorOptions { Path = path });
            return rank == 1
                ? Assert.ThrowsAny<CollectiveException>(() => communicator.Shrink([2], new CommunicatorOptions { Path = path, JoinTimeout = TimeSpan.FromSeconds(1) })).Message
                : string.Empty;
        });
        Assert.NotEmpty(messages[1]);
        Assert.DoesNotContain(Convert.ToHexString(id.Secret[..8]), messages[1], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_rest_of_ranks_that_post_to_each_other_goes_on() => HostShape.Run(
        "AAAA",
        static communicator =>
        {
            if (communicator.Rank != 2)
            {
                using Communicator rest = communicator.Shrink([2]);
                int[] sum = [communicator.Rank];
                rest.AllReduce<int>(sum, sum, Reduction.Sum);
                Assert.Equal(4, sum[0]);
            }

            communicator.Barrier();
        },
        new CommunicatorOptions { Path = CollectivePath.Posted });

    [Theory]
    [InlineData("AAA", CollectivePath.Automatic, "LocalGroup")]
    [InlineData("AAB", CollectivePath.Automatic, "HierarchicalGroup")]
    [InlineData("ABC", CollectivePath.Automatic, "PostedGroup")]
    [InlineData("AAB", CollectivePath.Posted, "PostedGroup")]
    public void The_way_follows_from_the_hosts(string hosts, CollectivePath path, string engine) => HostShape.Run(
        hosts, communicator => Assert.Equal(engine, communicator.Engine?.GetType().Name), new CommunicatorOptions { Path = path });

    [Fact]
    public void Mapped_ranks_of_several_hosts_are_refused() => Assert.Contains(
        "cannot map",
        Assert.Throws<InvalidOperationException>(() => HostShape.Run("AB", static _ => { }, new CommunicatorOptions { Path = CollectivePath.Mapped })).Message,
        StringComparison.Ordinal);

    // As two containers of one machine: one name, two fabrics.
    [Fact]
    public void Ranks_that_cannot_map_each_other_count_as_hosts_of_their_own()
    {
        string[] fabrics = [$"loopback://{Guid.NewGuid():N}", $"loopback://{Guid.NewGuid():N}"];
        UniqueId id = TestRanks.NewName();
        int[] sums = TestRanks.OnAll(4, rank =>
        {
            using UrmaContext context = UrmaContext.Open(fabrics[rank % 2]);
            using Communicator communicator = Communicator.Create(context, id, rank, 4);
            Assert.Equal("HierarchicalGroup", communicator.Engine?.GetType().Name);
            using Communicator part = communicator.Split(rank % 2)!;
            Assert.Equal("LocalGroup", part.Engine?.GetType().Name);
            int[] sum = [rank];
            part.AllReduce<int>(sum, sum, Reduction.Sum);
            return sum[0];
        });
        Assert.Equal([2, 4, 2, 4], sums);
    }

    [Theory]
    [InlineData("AABB", 0)]
    [InlineData("AABB", 2)]
    [InlineData("ABC", 1)]
    public void The_rest_goes_on_over_several_hosts(string hosts, int lost) => HostShape.Run(hosts, communicator =>
    {
        if (communicator.Rank == lost)
        {
            communicator.Abort("it goes");
            return;
        }

        Assert.Throws<CollectiveException>(() => communicator.Barrier());
        using Communicator rest = communicator.Shrink([lost]);
        int[] sum = [1];
        rest.AllReduce<int>(sum, sum, Reduction.Sum);
        Assert.Equal(hosts.Length - 1, sum[0]);

        // Parts of a part find each other as well.
        using Communicator again = rest.Shrink([]);
        again.AllReduce<int>(sum, sum, Reduction.Sum);
        Assert.Equal((hosts.Length - 1) * (hosts.Length - 1), sum[0]);
    });

    // One is late, so the others' first attempt fails; the next one meets it.
    [Fact]
    public void Who_tries_again_is_found() => HostShape.Run("AABB", communicator =>
    {
        CommunicatorOptions hasty = HostShape.OptionsOf("AABB", communicator.Rank, new CommunicatorOptions { JoinTimeout = TimeSpan.FromSeconds(1) });
        if (communicator.Rank == 3)
        {
            communicator.Barrier();
            return;
        }

        if (communicator.Rank == 1)
        {
            Thread.Sleep(2_000);
        }
        else
        {
            Assert.ThrowsAny<UrmaException>(() => communicator.Shrink([3], hasty));
        }

        using Communicator rest = communicator.Shrink([3], hasty with { JoinTimeout = TimeSpan.FromSeconds(30) });
        Assert.Equal(3, rest.Size);
        rest.Barrier();
        communicator.Barrier();
    });

    [Theory]
    [InlineData("AABB")]
    [InlineData("BABCA")]
    public void Processes_of_several_hosts_get_what_they_should(string hosts) => VerifiedRanks.AreRight($"loopback://{Guid.NewGuid():N}", hosts);

    [Fact]
    public void A_killed_process_of_another_host_is_left_behind() =>
        KilledRank.IsNamed($"loopback://{Guid.NewGuid():N}", CollectivePath.Automatic, PeerOperation.AllReduce, victim: 0, hosts: "ABBA", shrinks: true);

    public static TheoryData<PeerOperation> Operations() => [.. Enum.GetValues<PeerOperation>()];

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_killed_process_of_another_host_is_named(PeerOperation operation) =>
        KilledRank.IsNamed($"loopback://{Guid.NewGuid():N}", CollectivePath.Automatic, operation, victim: 1, hosts: "ABBA");
}
