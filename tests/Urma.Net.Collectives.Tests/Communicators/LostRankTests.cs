using System.Diagnostics;
using Urma.Net.Collectives.Tests.Bootstrap;

namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>A process that is killed in the middle of an operation ends it for all others, by its rank.</summary>
public sealed class LostRankTests
{
    private const int Size = 3;
    private const int Victim = 1;

    // What the collectives promise.
    private static readonly TimeSpan _promise = TimeSpan.FromSeconds(2);

    public static TheoryData<CollectivePath, CollectiveKindName> Operations()
    {
        var data = new TheoryData<CollectivePath, CollectiveKindName>();
        foreach (CollectiveKindName kind in Enum.GetValues<CollectiveKindName>())
        {
            data.Add(CollectivePath.Mapped, kind);
            data.Add(CollectivePath.Posted, kind);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_killed_rank_is_named_by_all_others(CollectivePath path, CollectiveKindName kind)
    {
        UniqueId id = TestRanks.NewName();
        string fabric = $"loopback://{Guid.NewGuid():N}";
        var environment = new Dictionary<string, string> { ["URMA_TEST_ID"] = id.ToString() };
        PeerProcess[] ranks = [.. Enumerable.Range(0, Size).Select(rank => new PeerProcess(environment, "operate", $"{rank}", $"{Size}", fabric, $"{path}", $"{kind}"))];
        try
        {
            Assert.All(ranks, static rank => rank.Expect("running"));
            var clock = Stopwatch.StartNew();
            ranks[Victim].Kill();
            string[] faults = [.. ranks.Where((_, rank) => rank != Victim).Select(static rank => rank.Expect("fault"))];
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, _promise);
            Assert.All(faults, static fault => Assert.StartsWith($"fault {CommunicatorFaultKind.RankLost} {Victim} ", fault, StringComparison.Ordinal));
        }
        finally
        {
            Array.ForEach(ranks, static rank => rank.Dispose());
        }
    }
}
