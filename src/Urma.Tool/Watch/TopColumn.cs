namespace Urma.Net.Tool.Watch;

/// <summary>A column by which rows can be sorted.</summary>
/// <param name="Name">What <c>--sort</c> calls it.</param>
/// <param name="Key">The key that sorts by it while the table is live.</param>
/// <param name="Value">What it sorts by; the largest first.</param>
internal sealed record TopColumn(string Name, char Key, Func<EngineRow, double> Value)
{
    /// <summary>All of them; the first is the default.</summary>
    public static IReadOnlyList<TopColumn> All { get; } =
    [
        new("ops", 'o', static row => row.Rates?.Operations ?? 0),
        new("bytes", 'b', static row => row.Rates?.Bytes ?? 0),
        new("errors", 'e', static row => row.Rates?.Errors ?? 0),
        new("stalls", 's', static row => row.Rates?.Stalls ?? 0),
        new("depth", 'd', static row => row.Statistics?.Outstanding ?? 0),
        new("p99", 'l', static row => row.Rates?.AllLatency.Percentile(99) ?? 0),
        new("peers", 'c', static row => row.Connected),
        new("process", 'p', static row => -row.Reading.Info.ProcessId),
    ];

    public static TopColumn Parse(string name) => All.Single(column => column.Name == name);
}
