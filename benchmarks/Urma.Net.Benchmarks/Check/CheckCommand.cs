using System.Globalization;
using System.IO.Enumeration;

namespace Urma.Net.Benchmarks.Check;

/// <summary>
/// <c>check [--update] [--samples N] [--filter PATTERN] [--baseline FILE] [--urma PROGRAM]</c>: compares ratios with those of a file. Ends with 1 on a
/// loss, with 77 where the file is of another kind of processor. <c>--update</c> writes the file anew instead.
/// </summary>
internal static class CheckCommand
{
    public const string Name = "check";

    private const int NotJudged = 77;
    private const int DefaultSamples = 15;

    // The file is compared with for months: its own uncertainty is to be the lesser one.
    private const int SamplesOfUpdate = 25;

    public static int Run(string[] arguments)
    {
        bool isUpdate = arguments.Contains("--update");
        string file = Option(arguments, "--baseline") ?? Path.Combine("benchmarks", "baseline.json");
        string pattern = Option(arguments, "--filter") ?? "*";
        int count = Option(arguments, "--samples") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : isUpdate ? SamplesOfUpdate : DefaultSamples;
        var sampler = new RatioSampler(Option(arguments, "--urma"));
        CheckedRatio[] ratios = [.. CheckedRatio.All.Where(r => FileSystemName.MatchesSimpleExpression(pattern, r.Name))];
        Baseline baseline = File.Exists(file) ? Baseline.Load(file) : Baseline.OfThisMachine;
        if (isUpdate)
        {
            Dictionary<CheckedRatio, List<double>> samples = sampler.Take(ratios, count);
            Print(samples.ToDictionary(static s => s.Key, s => Judgement.Of(baseline.Find(s.Key)?.Samples, s.Value, BaselineRatio.Of(s.Key, s.Value).Tolerance)));
            baseline.With(samples).Save(file);
            Console.WriteLine($"Written to {file}. Commit it with the reason why the ratios changed.");
            return 0;
        }

        Baseline here = Baseline.OfThisMachine;
        if (baseline.Processor != here.Processor)
        {
            Console.WriteLine($"BENCH CHECK NOT JUDGED: {file} was taken on {baseline.Processor}, this is {here.Processor}. Take one here: --update --baseline FILE.");
            return NotJudged;
        }

        Dictionary<CheckedRatio, Judgement> judged = new Guard(baseline, some => sampler.Take(some, count)).Judge(ratios);
        Print(judged);
        return Conclude(judged, baseline.Runtime != here.Runtime ? $" The baseline was taken with {baseline.Runtime}, this is {here.Runtime}." : "");
    }

    private static int Conclude(Dictionary<CheckedRatio, Judgement> judged, string remark)
    {
        string[] Named(Verdict verdict) => [.. judged.Where(j => j.Value.Verdict == verdict).Select(static j => j.Key.Name)];
        void Say(Verdict verdict, string what)
        {
            if (Named(verdict) is { Length: > 0 } names)
            {
                Console.WriteLine($"{what}: {string.Join(", ", names)}.");
            }
        }

        Say(Verdict.Gain, "Better than the baseline, take it over with --update");
        Say(Verdict.New, "Not in the baseline yet, add with --update");
        Say(Verdict.Unclear, "Too noisy to exclude a loss, run again on a quieter machine or with more --samples");
        Say(Verdict.NotMeasured, "Too few samples, because other programs had the processors or the measurement failed");
        Say(Verdict.Loss, "LOSS, measured twice");
        int losses = Named(Verdict.Loss).Length;
        Console.WriteLine($"{judged.Count} measurements, {losses} of them lost more than their tolerance.{remark}");
        return losses > 0 ? 1 : 0;
    }

    private static void Print(Dictionary<CheckedRatio, Judgement> judged)
    {
        var table = new TextTable("measurement", "over", "baseline", "now", "now/baseline", "95 % of it", "tolerance", "verdict");
        foreach ((CheckedRatio ratio, Judgement judgement) in judged)
        {
            table.Add(
                ratio.Name,
                ratio.Over,
                Number(judgement.Before),
                Number(judgement.Now),
                Number(judgement.Now / judgement.Before),
                double.IsNaN(judgement.Low) ? "-" : $"{Number(judgement.Low)} - {Number(judgement.High)}",
                judgement.Tolerance.ToString("P0", CultureInfo.InvariantCulture),
                judgement.Verdict == Verdict.Loss ? "LOSS" : judgement.Verdict.ToString());
        }

        Console.WriteLine(table);
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? "-" : value.ToString(value < 100 ? "0.000" : "0.0", CultureInfo.InvariantCulture);

    private static string? Option(string[] arguments, string name) =>
        Array.IndexOf(arguments, name) is >= 0 and var at && at + 1 < arguments.Length ? arguments[at + 1] : null;
}
