using System.Globalization;
using Urma.Net.Benchmarks.Loop;

namespace Urma.Net.Benchmarks.Check;

/// <summary>
/// <c>aot PROGRAM [--rounds N] [--slices N] [--filter PATTERN]...</c>: the benchmarks in this build, which has a JIT, beside those of a build without
/// one, in turns. Ends with 1 when one of them fails or allocates something else than <c>expected-allocations.json</c> says, in either.
/// </summary>
internal static class AotCommand
{
    public const string Name = "aot";

    private const int DefaultRounds = 5;

    public static int Run(string[] arguments)
    {
        List<string> rest = [.. arguments[1..]];
        int rounds = DefaultRounds;
        if (rest.IndexOf("--rounds") is >= 0 and var at)
        {
            rounds = int.Parse(rest[at + 1], CultureInfo.InvariantCulture);
            rest.RemoveRange(at, 2);
        }

        List<LoopReport> withJit = [], without = [];
        for (int round = 0; round < rounds; round++)
        {
            // Either goes first as often as the other.
            foreach (bool hasJit in round % 2 == 0 ? new[] { true, false } : [false, true])
            {
                LoopReport report = LoopProcess.Measure(hasJit ? null : arguments[0], rest);
                if (report.HasJit != hasJit)
                {
                    throw new InvalidOperationException($"'{arguments[0]}' was not compiled ahead of time.");
                }

                (hasJit ? withJit : without).Add(report);
            }
        }

        Console.WriteLine(Table(withJit, without));
        string[] failures = [.. Failures("JIT", withJit), .. Failures("AOT", without)];
        if (failures.Length > 0)
        {
            Console.Error.WriteLine(string.Join('\n', failures));
            return 1;
        }

        Console.WriteLine($"{withJit[0].Results.Count} benchmarks allocate what is expected of them, with a JIT and compiled ahead of time.");
        return 0;
    }

    private static string Table(List<LoopReport> withJit, List<LoopReport> without)
    {
        var table = new TextTable("benchmark", $"JIT ns ({withJit[0].Runtime})", $"AOT ns ({without[0].Runtime})", "AOT/JIT", "p10", "p90", "JIT bytes", "AOT bytes");
        foreach (string name in withJit[0].Results.Select(static r => r.Name))
        {
            LoopResult[] jit = Named(withJit, name), aot = Named(without, name);
            double[] ratios = [.. jit.Zip(aot, static (a, b) => b.Nanoseconds / a.Nanoseconds)];
            table.Add(
                name,
                Number(Statistics.Median([.. jit.Select(static r => r.Nanoseconds)])),
                Number(Statistics.Median([.. aot.Select(static r => r.Nanoseconds)])),
                Number(Statistics.Median(ratios)),
                Number(Statistics.Percentile(ratios, 0.1)),
                Number(Statistics.Percentile(ratios, 0.9)),
                Bytes(jit),
                Bytes(aot));
        }

        return table.ToString();
    }

    private static LoopResult[] Named(List<LoopReport> reports, string name) =>
        [.. reports.Select(report => report.Results.FirstOrDefault(r => r.Name == name)).OfType<LoopResult>()];

    private static string Bytes(LoopResult[] results) =>
        results.Length == 0 ? "-" : results.Max(static r => r.AllocatedBytes).ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) =>
        double.IsNaN(value) ? "-" : value.ToString(value < 100 ? "0.00" : "0", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Failures(string how, List<LoopReport> reports) =>
        reports.SelectMany(static r => r.Failures).Distinct().Select(failure => $"{how}: {failure}");
}
