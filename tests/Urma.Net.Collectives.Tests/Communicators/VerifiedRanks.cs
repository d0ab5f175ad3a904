using System.Globalization;
using Urma.Net.Collectives.Tests.Bootstrap;

namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>Processes that play several hosts and compare what operations gave them.</summary>
internal static class VerifiedRanks
{
    /// <summary>Checks that all of them got what they should.</summary>
    /// <param name="context">What each process opens.</param>
    /// <param name="hosts">A letter for each rank that says its host.</param>
    /// <param name="environment">Variables of the processes.</param>
    public static void AreRight(string context, string hosts, IReadOnlyDictionary<string, string>? environment = null)
    {
        string name = $"test {Guid.NewGuid()}";
        PeerProcess[] ranks = [.. hosts.Select((host, rank) => new PeerProcess(
            new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
            {
                ["URMA_HOST_ID"] = $"host {host}",
                ["URMA_RANK"] = rank.ToString(CultureInfo.InvariantCulture),
                ["URMA_SIZE"] = hosts.Length.ToString(CultureInfo.InvariantCulture),
                ["URMA_COMM_ID"] = name,
            },
            "verify",
            context))];
        try
        {
            for (int rank = 0; rank < ranks.Length; rank++)
            {
                Assert.Equal($"right: rank {rank} of {hosts.Length}", ranks[rank].Expect("right"));
            }
        }
        finally
        {
            Array.ForEach(ranks, static rank => rank.Dispose());
        }
    }
}
