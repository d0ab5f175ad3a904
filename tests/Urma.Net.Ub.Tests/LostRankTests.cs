using Urma.Net.Collectives;
using Urma.Net.Collectives.Tests.Communicators;

namespace Urma.Net.Ub.Tests;

/// <summary>A process that is killed in the middle of a collective operation ends it for all others, by its rank.</summary>
public sealed class LostRankTests
{
    public static TheoryData<PeerOperation> Operations() => [.. Enum.GetValues<PeerOperation>()];

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_killed_rank_is_named_by_all_others(PeerOperation operation) => KilledRank.IsNamed(
        "ub://urma0",
        CollectivePath.Automatic,
        operation,
        environment: new Dictionary<string, string> { ["URMA_FABRIC"] = SoftwareDevice.Fabric, ["URMA_LIBURMA"] = SoftwareDevice.Path });
}
