using Urma.Net.Collectives;
using Urma.Net.Collectives.Tests.Communicators;

namespace Urma.Net.Verbs.Tests.Collectives;

/// <summary>A process that is killed in the middle of a collective operation ends it for all others, by its rank.</summary>
[Trait("Needs", "Rdma")]
public sealed class LostRankTests
{
    // Emulation takes ten times as long; the rest is for what else the machine does.
    private const int EmulatedSlowness = 20;

    // In the guest a process takes its time to start.
    public static TheoryData<PeerOperation> Operations() =>
        VerbsHarness.IsSoftRoce ? [PeerOperation.AllReduce, PeerOperation.SendAndReceive, PeerOperation.PutSignal] : [.. Enum.GetValues<PeerOperation>()];

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_killed_rank_is_named_by_all_others(PeerOperation operation) => KilledRank.IsNamed(
        VerbsHarness.ConnectionString, CollectivePath.Automatic, operation, slowness: VerbsHarness.IsSoftRoce ? EmulatedSlowness : 1);
}
