namespace Urma.Net.Compare;

/// <summary>What the user asked for.</summary>
internal sealed record SuiteOptions
{
    public bool Quick { get; init; }

    /// <summary>Ids; all when empty.</summary>
    public required IReadOnlyList<string> Workloads { get; init; }

    /// <summary>The folder for results.json.</summary>
    public required string Output { get; init; }

    /// <summary>The command that is <c>urma</c>.</summary>
    public required string Tool { get; init; }

    /// <summary>The same command compiled ahead of time, which need not be there.</summary>
    public required string ToolAheadOfTime { get; init; }

    /// <summary>The folder of C programs.</summary>
    public required string Native { get; init; }

    /// <summary>Rounds that are enough; null for what quick or full is content with.</summary>
    public int? Rounds { get; init; }

    public string? Cpu { get; init; }
}
