using System.Diagnostics;
using Urma.Net.Collectives.Tests.Bootstrap;

namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>Processes that carry out an operation, of which one is killed.</summary>
internal static class KilledRank
{
    /// <summary>How many processes there are.</summary>
    public const int Size = 3;

    // A machine that does something else for a moment is no broken promise, but three times in a row it would be.
    private const int Attempts = 3;

    // What the collectives promise.
    private static readonly TimeSpan _promise = TimeSpan.FromSeconds(2);

    /// <summary>Checks that all others hear of it, each time by the dead one's name, and within two seconds unless the machine was busy.</summary>
    /// <param name="context">What each process opens.</param>
    /// <param name="path">How they reach each other.</param>
    /// <param name="operation">What they are in the middle of.</param>
    /// <param name="victim">Who is killed.</param>
    /// <param name="environment">Variables of the processes.</param>
    /// <param name="hosts">A letter for each rank that says its host; when left out, three ranks of this one.</param>
    /// <param name="shrinks">Whether the others are then to go on without it.</param>
    /// <param name="slowness">How many times as long everything takes as on this processor itself.</param>
    public static void IsNamed(
        string context,
        CollectivePath path,
        PeerOperation operation,
        int victim = 1,
        IReadOnlyDictionary<string, string>? environment = null,
        string? hosts = null,
        bool shrinks = false,
        int slowness = 1)
    {
        TimeSpan least = TimeSpan.MaxValue;
        for (int attempt = 0; attempt < Attempts && least > slowness * _promise; attempt++)
        {
            TimeSpan elapsed = TimeUntilNamed(context, path, operation, victim, environment, hosts, shrinks, slowness);
            least = elapsed < least ? elapsed : least;
        }

        Assert.InRange(least, TimeSpan.Zero, slowness * _promise);
    }

    private static TimeSpan TimeUntilNamed(
        string context,
        CollectivePath path,
        PeerOperation operation,
        int victim,
        IReadOnlyDictionary<string, string>? environment,
        string? hosts,
        bool shrinks,
        int slowness)
    {
        var variables = new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
        {
            ["URMA_TEST_ID"] = UniqueId.FromName($"test {Guid.NewGuid()}").ToString(),
        };
        int size = hosts?.Length ?? Size;
        PeerProcess[] ranks = [.. Enumerable.Range(0, size).Select(rank =>
        {
            if (hosts is not null)
            {
                variables["URMA_HOST_ID"] = $"host {hosts[rank]}";
            }

            return new PeerProcess(variables, "operate", $"{rank}", $"{size}", context, $"{path}", $"{operation}", $"{shrinks}");
        })];
        try
        {
            Assert.All(ranks, rank => rank.Expect("running", slowness * PeerProcess.Soon));
            var clock = Stopwatch.StartNew();
            ranks[victim].Kill();
            string[] faults = [.. ranks.Where((_, rank) => rank != victim).Select(static rank => rank.Expect("fault"))];
            TimeSpan elapsed = clock.Elapsed;
            Assert.All(faults, fault => Assert.StartsWith($"fault {CommunicatorFaultKind.RankLost} {victim} ", fault, StringComparison.Ordinal));
            if (shrinks)
            {
                Assert.All(ranks.Where((_, rank) => rank != victim), rank => Assert.Equal($"rest {size - 1}", rank.Expect("rest")));
            }

            return elapsed;
        }
        finally
        {
            Array.ForEach(ranks, static rank => rank.Dispose());
        }
    }
}
