using System.Globalization;
using Spectre.Console;
using Urma.Net.Measurement;
using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Demo;

/// <summary>Runs the demo's measurements and shows them.</summary>
internal sealed class DemoRun(PeerClient client, int rounds)
{
    /// <summary>Runs all modes.</summary>
    /// <returns>Whether all data was right.</returns>
    public bool Run()
    {
        var plan = new RoundPlan { Rounds = rounds };
        var table = new Table().Border(TableBorder.Rounded);
        foreach (string heading in new[] { "mode", "latency, 8 B", "cache line (L)", "latency / L", "bandwidth, 1 MiB", "memcpy (B)", "bandwidth / B", "bytes allocated\nper operation", "data" })
        {
            table.AddColumn(new TableColumn(heading).Centered());
        }

        bool right = true;
        foreach (DemoMode mode in DemoMode.All)
        {
            Screen.Console.WriteLine();
            Screen.Console.MarkupLineInterpolated($"[bold]{mode.Name}[/]  {mode.Sentence}");
            try
            {
                PerfResult latency = Measure(mode.Latency, plan), bandwidth = Measure(mode.Bandwidth, plan);
                table.AddRow(Row(mode, latency, bandwidth));
                Screen.Console.MarkupLineInterpolated($"  {Sentence(latency, bandwidth)}");
            }
            catch (ToolException error)
            {
                right = false;
                table.AddRow(mode.Name, "-", "-", "-", "-", "-", "-", "-", "[red]WRONG[/]");
                Screen.Console.MarkupLineInterpolated($"  [red]{error.Message}[/]");
            }
        }

        Screen.Console.WriteLine();
        Screen.Console.Write(table);
        Screen.Console.MarkupLineInterpolated(
            $"L is the time of one cache line from one processor to the other, B what memcpy reaches between the same two memories; both measured by {Yardsticks.Current.Source} code in the same {rounds} rounds as the test, because on a shared machine they change from second to second. Values are medians; the ratios are formed inside each round. Latency is half a round trip, for async UDMA the time of the one-sided operation.");
        return right;
    }

    private PerfResult Measure(TestSetup setup, RoundPlan plan)
    {
        using var trial = new Trial(client, setup);
        return trial.Measure(plan);
    }

    private static string[] Row(DemoMode mode, PerfResult latency, PerfResult bandwidth) =>
    [
        mode.Name,
        Text($"{latency.Time.Median:0} ns"),
        Text($"{latency.CacheLine.Median:0} ns"),
        Text($"{latency.Ratio.Median:0.00}"),
        Text($"{bandwidth.Bandwidth:0.0} GB/s"),
        Text($"{bandwidth.Copy.Median:0.0} GB/s"),
        Text($"{BandwidthRatio(bandwidth):0.00}"),
        Text($"{Math.Max(latency.AllocatedPerOperation, bandwidth.AllocatedPerOperation):0.##}"),
        "[green]verified[/]",
    ];

    private static string Sentence(PerfResult latency, PerfResult bandwidth) =>
        Text($"8 bytes took {latency.Time.Median:0} ns where the bare cache line needed {latency.CacheLine.Median:0} ns; ") +
        Text($"1 MiB blocks went at {bandwidth.Bandwidth:0.0} GB/s where memcpy reached {bandwidth.Copy.Median:0.0} GB/s; all data arrived as sent.");

    // The awaited write is a latency test at any size; its bandwidth relates to memcpy all the same.
    private static double BandwidthRatio(PerfResult result) =>
        Statistics.Median(result.Times.Zip(result.Copies, (time, copy) => result.Setup.Size / time / copy));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
