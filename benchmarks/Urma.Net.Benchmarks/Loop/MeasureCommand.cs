using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Urma.Net.Benchmarks.Loop;

/// <summary>
/// <c>measure [--slices N] [--filter PATTERN]... [NAME[/YARDSTICK]]...</c>: measures benchmarks in this process and writes a <see cref="LoopReport"/>;
/// all of them when none is named.
/// </summary>
internal static class MeasureCommand
{
    public const string Name = "measure";

    private const int DefaultSlices = 50;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        int slices = DefaultSlices;
        var wanted = new List<(string Name, string? Over)>();
        IReadOnlyDictionary<string, long> expected = ExpectedAllocations.Load();
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--slices":
                    slices = int.Parse(arguments[++i], System.Globalization.CultureInfo.InvariantCulture);
                    break;
                case "--filter":
                    string pattern = arguments[++i];
                    wanted.AddRange(expected.Keys.Where(n => FileSystemName.MatchesSimpleExpression(pattern, n)).Select(static n => (n, (string?)null)));
                    break;
                default:
                    string[] names = arguments[i].Split('/');
                    wanted.Add((names[0], names.Length > 1 ? names[1] : null));
                    break;
            }
        }

        if (wanted.Count == 0 && !arguments.Contains("--filter"))
        {
            wanted.AddRange(expected.Keys.Select(static n => (n, (string?)null)));
        }

        LoopReport report = Measure(wanted, slices, expected);
        Console.WriteLine(JsonSerializer.Serialize(report, LoopReportContext.Default.LoopReport));
        return report.Failures.Count == 0 ? 0 : 1;
    }

    private static LoopReport Measure(List<(string Name, string? Over)> wanted, int slices, IReadOnlyDictionary<string, long> expected)
    {
        var results = new List<LoopResult>();
        var failures = new List<string>(ExpectedAllocations.Mismatches());
        foreach ((string name, string? over) in wanted)
        {
            try
            {
                LoopResult result = PlainLoop.Measure(name, over, slices);
                results.Add(result);
                if (expected.TryGetValue(name, out long bytes) && bytes != result.AllocatedBytes)
                {
                    failures.Add($"{name} allocates {result.AllocatedBytes} bytes per operation instead of {bytes}.");
                }
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // Whatever one of them throws, the others are measured.
                failures.Add($"{name} failed: {failure.InnerException?.Message ?? failure.Message}");
            }
        }

        return new LoopReport(RuntimeInformation.FrameworkDescription, RuntimeFeature.IsDynamicCodeCompiled, results, failures);
    }
}
