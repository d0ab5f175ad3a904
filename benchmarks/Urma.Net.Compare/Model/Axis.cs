namespace Urma.Net.Compare.Model;

/// <summary>What a workload's numbers stand over.</summary>
/// <param name="Name">Such as "bytes".</param>
/// <param name="Scale">"log2", "linear" or "category".</param>
internal sealed record Axis(string Name, string Scale)
{
    public static readonly Axis Bytes = new("bytes", "log2");

    /// <summary>What stands at a place of the axis instead of its number.</summary>
    public IReadOnlyDictionary<double, string> Labels { get; init; } = new Dictionary<double, string>();

    /// <summary>An axis of words, at 0, 1, 2 and so on.</summary>
    public static Axis Of(string name, params string[] labels) =>
        new(name, "category") { Labels = labels.Select(static (label, place) => (label, place)).ToDictionary(static pair => (double)pair.place, static pair => pair.label) };
}
