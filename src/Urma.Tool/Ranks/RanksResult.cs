using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Ranks;

/// <summary>What <c>urma ranks</c> found.</summary>
internal sealed record RanksResult
{
    /// <summary>Two ranks streaming to each other: nanoseconds per message of the whole.</summary>
    public required double TwoRanks { get; init; }

    /// <summary>All ranks streaming to all others: nanoseconds per message of the whole.</summary>
    public required double ManyRanks { get; init; }

    /// <summary>A raw futex handoff between two processes that share a processor, nanoseconds.</summary>
    public required double Handoff { get; init; }

    /// <summary>A message between two processes that share a processor, nanoseconds.</summary>
    public required double PingPong { get; init; }

    /// <summary>Message over handoff, rank by rank.</summary>
    public required Spread PingPongRatio { get; init; }

    /// <summary>The largest share of a processor that a rank used while it waited.</summary>
    public required double IdleShare { get; init; }

    /// <summary>Managed bytes per message while streaming.</summary>
    public required double AllocatedPerMessage { get; init; }
}
