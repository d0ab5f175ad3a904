using Urma.Net.Collectives.Tests.Communicators;

namespace Urma.Net.Collectives.Tests.Hierarchical;

/// <summary>Ranks of several hosts, all of them threads of this process: a letter for each rank says its host.</summary>
internal static class HostShape
{
    /// <summary>Two and two, one and three, three and two and one out of order, four and four, nine on three hosts in and out of order, in turn, and one that is alone in the middle.</summary>
    public static readonly string[] All = ["AABB", "ABBB", "ABACBA", "AAAABBBB", "AAABBBCCC", "BACCABCAB", "ABAB", "AABCC"];

    public static void Run(string hosts, Action<Communicator> body, CommunicatorOptions? options = null, bool oneContext = false, TimeSpan? limit = null) =>
        RankThreads.Run(hosts.Length, body, oneContext: oneContext, limit: limit, optionsOf: rank => OptionsOf(hosts, rank, options));

    public static CommunicatorOptions OptionsOf(string hosts, int rank, CommunicatorOptions? options = null) =>
        (options ?? CommunicatorOptions.Default) with { Host = $"host {hosts[rank]}" };
}
