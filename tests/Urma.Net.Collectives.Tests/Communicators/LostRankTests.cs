namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>A process that is killed in the middle of an operation ends it for all others, by its rank.</summary>
public sealed class LostRankTests
{
    private static string NewFabric => $"loopback://{Guid.NewGuid():N}";

    public static TheoryData<CollectivePath, PeerOperation> Operations()
    {
        var data = new TheoryData<CollectivePath, PeerOperation>();
        foreach (PeerOperation operation in Enum.GetValues<PeerOperation>())
        {
            data.Add(CollectivePath.Mapped, operation);
            data.Add(CollectivePath.Posted, operation);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_killed_rank_is_named_by_all_others(CollectivePath path, PeerOperation operation) => KilledRank.IsNamed(NewFabric, path, operation);

    // With it goes what joins the ranks.
    [Theory]
    [InlineData(CollectivePath.Mapped, PeerOperation.AllReduce)]
    [InlineData(CollectivePath.Mapped, PeerOperation.PutSignal)]
    [InlineData(CollectivePath.Posted, PeerOperation.AllReduce)]
    [InlineData(CollectivePath.Posted, PeerOperation.SendAndReceive)]
    public void The_rank_where_all_met_is_named_too(CollectivePath path, PeerOperation operation) => KilledRank.IsNamed(NewFabric, path, operation, victim: 0);
}
