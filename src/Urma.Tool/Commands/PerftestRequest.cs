using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Commands;

/// <summary>What the user asked of <c>urma perftest</c>, with defaults filled in.</summary>
internal sealed record PerftestRequest(TestSetup Template)
{
    public required string Provider { get; init; }

    /// <summary>The fabric model as the user gave it; null without one.</summary>
    public string? Fabric { get; init; }

    public required ProcessorPair Cpus { get; init; }

    public required IReadOnlyList<long> Sizes { get; init; }

    public required RoundPlan Plan { get; init; }

    /// <summary>The name to connect to; null to start a peer.</summary>
    public string? Server { get; init; }

    /// <summary>The name to wait under; null to measure.</summary>
    public string? Listen { get; init; }

    /// <summary>How long to wait for a client.</summary>
    public TimeSpan ListenTime { get; init; }

    public bool Json { get; init; }

    /// <summary>Post list given by the user; chosen by size when null.</summary>
    public int? PostList { get; init; }

    /// <summary>Completion moderation given by the user; chosen by size when null.</summary>
    public int? CompletionModeration { get; init; }

    /// <summary>The setup for one size.</summary>
    public TestSetup Setup(long size) => TestDefaults.Apply(Template with { Size = size }, PostList, CompletionModeration);
}
