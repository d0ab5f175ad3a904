using System.Globalization;
using Spectre.Console;

namespace Urma.Net.Tool.Watch;

/// <summary>What <c>urma stats</c> prints for people: each engine with what it did, how long that took, and who its peers are.</summary>
internal static class StatsText
{
    public static void Print(IReadOnlyList<EngineRow> rows)
    {
        if (rows.Count == 0)
        {
            Screen.Console.WriteLine("no engines (those of fabrics in a directory are found by their connection string only)");
        }

        foreach (EngineRow row in rows)
        {
            UrmaEngineInfo info = row.Reading.Info;
            Screen.Console.MarkupLineInterpolated($"[bold]{row.Reading.Device} {info.Uasid:x6}[/]  process {info.ProcessId}  {info.Label ?? "?"}");
            if (info.Trouble is { } trouble)
            {
                Screen.Console.MarkupLineInterpolated($"  [yellow]not readable:[/] {trouble}");
            }

            if (info.FabricModel is { } model)
            {
                Screen.Console.MarkupLineInterpolated($"  [yellow]fabric model ON:[/] {model}");
            }

            if (info.Statistics is { } statistics)
            {
                Print(statistics, row.Rates);
            }

            Screen.Console.WriteLine();
        }
    }

    private static void Print(UrmaStatistics statistics, EngineRates? rates)
    {
        var table = NewTable("  operation", "count", "per s", "samples", "p50", "p90", "p99", "p99.9");
        UrmaCounters total = statistics.Counters;
        UrmaCounters added = rates?.Added ?? default;
        (UrmaOperation Operation, long Count, long Added)[] kinds =
        [
            (UrmaOperation.Write, total.Writes, added.Writes),
            (UrmaOperation.Read, total.Reads, added.Reads),
            (UrmaOperation.Send, total.Sends, added.Sends),
            (UrmaOperation.Atomic, total.Atomics, added.Atomics),
            (UrmaOperation.Xcopy, total.Xcopies, added.Xcopies),
            (UrmaOperation.Awaited, total.Awaited, added.Awaited),
        ];
        foreach ((UrmaOperation operation, long count, long more) in kinds)
        {
            LatencyHistogram times = statistics.Latency(operation);
            table.AddRow(
            [
                $"  {operation.ToString().ToLowerInvariant()}", Number(count), rates is null ? "?" : Units.Count(rates.PerSecond(more)), Number(times.Count),
                .. new[] { 50, 90, 99, 99.9 }.Select(percent => times.Count == 0 ? "-" : Units.Time(times.Percentile(percent))),
            ]);
        }

        Screen.Console.Write(table);
        Screen.Console.WriteLine(
            $"  {Number(total.Bytes + total.XcopyBytes)} bytes, {Number(total.Errors)} errors, {Number(total.ReceiverNotReady)} times no receive, "
            + $"{Number(total.CreditStalls)} times no credit, {Number(statistics.Outstanding)} outstanding in {statistics.Queues.Count} queues");
        if (statistics.Peers.Count != 0)
        {
            PrintPeers(statistics.Peers);
        }
    }

    private static void PrintPeers(IReadOnlyList<PeerStatistics> peers)
    {
        var table = NewTable("  peer", "process", "samples", "p50", "p99");
        table.AddColumns("label", "state");
        foreach (PeerStatistics peer in peers)
        {
            LatencyHistogram times = peer.Latency;
            table.AddRow(
                new[]
                {
                    $"  {peer.Uasid:x6}", peer.ProcessId.ToString(CultureInfo.InvariantCulture), Number(times.Count),
                    times.Count == 0 ? "-" : Units.Time(times.Percentile(50)), times.Count == 0 ? "-" : Units.Time(times.Percentile(99)),
                    peer.Label, peer.LostAt is { } lost ? $"lost {lost:HH:mm:ss} UTC" : "connected",
                }
                .Select(Markup.Escape).ToArray());
        }

        Screen.Console.Write(table);
    }

    private static Table NewTable(string first, params string[] numbers)
    {
        Table table = new Table { Border = TableBorder.None }.AddColumn(first);
        foreach (string number in numbers)
        {
            table.AddColumn(new TableColumn(number).RightAligned());
        }

        return table;
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
