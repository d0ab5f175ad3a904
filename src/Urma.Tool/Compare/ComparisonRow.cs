using System.Globalization;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Compare;

/// <summary>One goal: what was measured beside what, and whether it was reached.</summary>
/// <param name="Measurement">What was measured.</param>
/// <param name="Ours">Its median, in words.</param>
/// <param name="Reference">What it stands beside, with its median; empty where the value stands for itself.</param>
/// <param name="Value">The ratio, or the value itself.</param>
/// <param name="Unit">The unit of <paramref name="Value"/>; "x" for a ratio.</param>
/// <param name="Goal">The bound; null where the value is only reported.</param>
/// <param name="AtMost">Whether the bound is an upper one.</param>
internal sealed record ComparisonRow(string Measurement, string Ours, string Reference, Spread Value, string Unit, double? Goal, bool AtMost)
{
    /// <summary>Whether the median keeps the bound; null where there is none, or nothing was measured.</summary>
    public bool? IsMet => Goal is not { } goal || double.IsNaN(Value.Median) ? null : AtMost ? Value.Median <= goal : Value.Median >= goal;

    public string GoalText => Goal is { } goal
        ? string.Create(CultureInfo.InvariantCulture, $"{(AtMost ? "<=" : ">=")} {goal:0.##} {Unit}")
        : "reported";

    public string ValueText => double.IsNaN(Value.Median)
        ? "not measured"
        : Value.P10.Equals(Value.P90)
            ? string.Create(CultureInfo.InvariantCulture, $"{Value.Median:0.00} {Unit}")
            : string.Create(CultureInfo.InvariantCulture, $"{Value.Median:0.00} {Unit} ({Value.P10:0.00} to {Value.P90:0.00})");
}
