using System.Text.Json;
using Urma.Net.Benchmarks.Loop;

namespace Urma.Net.Benchmarks.Check;

/// <summary>
/// Takes samples of ratios. A sample is what one process found, the median of its slices or rounds: processes differ by more than the slices of one,
/// in where memory lies and in what was compiled how, so the process is what is independent.
/// </summary>
/// <param name="urma">The tool, or null: its measurements are left out.</param>
internal sealed class RatioSampler(string? urma)
{
    private const string Slices = "100";
    private const string ToolRounds = "7";
    private const string ToolSeconds = "0.7";

    /// <summary>Measures all of them again and again, in turns.</summary>
    /// <param name="ratios">Which.</param>
    /// <param name="count">Processes for each.</param>
    /// <returns>The samples of each; fewer where the machine was too busy or a measurement failed, which is said on the standard error.</returns>
    public Dictionary<CheckedRatio, List<double>> Take(IReadOnlyList<CheckedRatio> ratios, int count)
    {
        var samples = ratios.ToDictionary(static r => r, static _ => new List<double>());
        CheckedRatio[] benchmarks = [.. ratios.Where(static r => !r.IsOfTool)];
        CheckedRatio[] ofTool = [.. ratios.Where(r => r.IsOfTool && urma is not null)];
        for (int i = 0; i < count; i++)
        {
            if (benchmarks.Length > 0)
            {
                TakeBenchmarks(benchmarks, samples);
            }

            foreach (CheckedRatio ratio in ofTool)
            {
                if (OfTool(ratio) is { } sample)
                {
                    samples[ratio].Add(sample);
                }
            }

            Console.Error.Write($"\r{i + 1}/{count} ");
        }

        Console.Error.WriteLine();
        return samples;
    }

    private static void TakeBenchmarks(CheckedRatio[] ratios, Dictionary<CheckedRatio, List<double>> samples)
    {
        LoopReport report = LoopProcess.Measure(null, ["--slices", Slices, .. ratios.Select(static r => $"{r.Name}/{r.Over}")]);
        foreach (string failure in report.Failures)
        {
            Console.Error.WriteLine(failure);
        }

        foreach (LoopResult result in report.Results)
        {
            samples[ratios.First(r => r.Name == result.Name)].Add(result.Ratio!.Value);
        }
    }

    private double? OfTool(CheckedRatio ratio)
    {
        string output = LoopProcess.Output([urma!, .. ratio.Name.Split(' '), "--rounds", ToolRounds, "-D", ToolSeconds, "--json", "-"]);
        using JsonDocument document = JsonDocument.Parse(output.AsMemory(Math.Max(0, output.IndexOf('{', StringComparison.Ordinal))));
        JsonElement root = document.RootElement;

        // Rounds in which another program had a processor say nothing of ours.
        bool wasDisturbed = root.GetProperty("disturbed_rounds").GetInt32() > root.GetProperty("rounds").GetInt32() / 2;
        if (wasDisturbed || root.GetProperty("ratio").ValueKind != JsonValueKind.Number)
        {
            return null;
        }

        double found = root.GetProperty("ratio").GetDouble();
        return ratio.IsRate ? 1 / found : found;
    }
}
