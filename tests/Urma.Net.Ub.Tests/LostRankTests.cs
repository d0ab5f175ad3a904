using Urma.Net.Collectives;
using Urma.Net.Collectives.Tests.Communicators;

namespace Urma.Net.Ub.Tests;

/// <summary>A process that is killed in the middle of a collective operation ends it for all others, by its rank.</summary>
public sealed class LostRankTests
{
    private static readonly Dictionary<string, string> _device = new() { ["URMA_FABRIC"] = SoftwareDevice.Fabric, ["URMA_LIBURMA"] = SoftwareDevice.Path };

    public static TheoryData<PeerOperation> Operations() => [.. Enum.GetValues<PeerOperation>()];

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_killed_rank_is_named_by_all_others(PeerOperation operation) =>
        KilledRank.IsNamed("ub://urma0", CollectivePath.Automatic, operation, environment: _device);

    // The device maps nothing, so the ranks of a host share memory of its kernel.
    [Theory]
    [InlineData(PeerOperation.AllReduce)]
    [InlineData(PeerOperation.SendAndReceive)]
    [InlineData(PeerOperation.PutSignal)]
    public void A_killed_rank_of_another_host_is_named(PeerOperation operation) =>
        KilledRank.IsNamed("ub://urma0", CollectivePath.Automatic, operation, environment: _device, hosts: "ABBA");

    [Fact]
    public void Ranks_of_two_hosts_get_what_they_should() => VerifiedRanks.AreRight("ub://urma0", "AABB", _device);
}
