using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Urma.Net.Tool.Watch;

/// <summary>The table of <c>urma top</c>.</summary>
internal static class TopTable
{
    // Narrower terminals do without the rates of each kind.
    private const int WideEnough = 160;
    private const int LongestName = 20;

    private static readonly string[] Names = ["process", "label", "device", "engine"];
    private static readonly string[] Kinds = ["writes", "reads", "sends", "atomics", "xcopies"];

    public static IRenderable Make(IReadOnlyList<EngineRow> rows, TopColumn sort, string footer)
    {
        bool isWide = Screen.Console.Profile.Width >= WideEnough;
        var table = new Table { Border = TableBorder.None, ShowHeaders = true }
            .AddColumns([.. Names.Select(static name => new TableColumn(name) { NoWrap = true })]);
        string[] kinds = isWide ? Kinds : [];
        foreach (string number in (string[])["ops/s", .. kinds, "B/s", "errors", "stalls", "depth", "p50", "p99", "peers"])
        {
            table.AddColumn(new TableColumn(number) { NoWrap = true }.RightAligned());
        }

        table.AddColumn(new TableColumn("state") { NoWrap = true });
        foreach (EngineRow row in rows.OrderByDescending(sort.Value).ThenBy(static row => row.Reading.Info.ProcessId))
        {
            table.AddRow([.. Cells(row, isWide).Select(static cell => new Markup(cell) { Overflow = Overflow.Ellipsis })]);
        }

        List<IRenderable> lines = [table];
        if (rows.Count == 0)
        {
            lines.Add(new Text("no engines (those of fabrics in a directory are found by their connection string only)"));
        }

        lines.AddRange(rows.SelectMany(Remarks).Select(static remark => new Markup(remark)));
        if (footer.Length != 0)
        {
            lines.Add(new Markup($"[dim]{Markup.Escape(footer)}[/]"));
        }

        return new Rows(lines);
    }

    private static IEnumerable<string> Cells(EngineRow row, bool isWide)
    {
        UrmaEngineInfo info = row.Reading.Info;
        yield return info.ProcessId == 0 ? "?" : info.ProcessId.ToString(CultureInfo.InvariantCulture);
        yield return Markup.Escape(Shortened(row.Label ?? "?"));
        yield return Markup.Escape(Shortened(row.Reading.Device));
        yield return info.Uasid.ToString("x6", CultureInfo.InvariantCulture);
        EngineRates? rates = row.Rates;
        yield return Rate(rates?.Operations);
        if (isWide)
        {
            yield return Rate(rates?.PerSecond(rates.Added.Writes));
            yield return Rate(rates?.PerSecond(rates.Added.Reads));
            yield return Rate(rates?.PerSecond(rates.Added.Sends));
            yield return Rate(rates?.PerSecond(rates.Added.Atomics));
            yield return Rate(rates?.PerSecond(rates.Added.Xcopies));
        }

        LatencyHistogram times = rates?.AllLatency ?? default;
        yield return Rate(rates?.Bytes);
        yield return Rate(rates?.Errors);
        yield return Rate(rates?.Stalls);
        yield return row.Statistics is { } statistics ? Units.Count(statistics.Outstanding) : "?";
        yield return times.Count == 0 ? "-" : Units.Time(times.Percentile(50));
        yield return times.Count == 0 ? "-" : Units.Time(times.Percentile(99));
        yield return row.Statistics is null ? "?" : row.Connected.ToString(CultureInfo.InvariantCulture);
        yield return State(row);
    }

    // The end tells devices apart: what comes before it is a scheme or a directory.
    private static string Shortened(string text) => text.Length <= LongestName ? text : "…" + text[^(LongestName - 1)..];

    private static string Rate(double? value) => value is { } rate ? Units.Count(rate) : "?";

    private static string State(EngineRow row) =>
        row.Reading.Info.Trouble is not null ? "[red]silent[/]"
        : row.SlowPeers.Count != 0 ? $"[yellow]{row.SlowPeers.Count} slow[/]"
        : row.LongestStall > TimeSpan.FromSeconds(1) ? $"[yellow]stalled {Units.Time(row.LongestStall.TotalNanoseconds)}[/]"
        : row.Lost != 0 ? $"{row.Lost} lost"
        : "ok";

    private static IEnumerable<string> Remarks(EngineRow row)
    {
        string who = $"{row.Reading.Device} {row.Reading.Info.Uasid:x6}";
        if (row.Reading.Info.Trouble is { } trouble)
        {
            yield return $"[red]{Markup.Escape(who)}: {Markup.Escape(trouble)}[/]";
        }

        foreach (SlowPeer slow in row.SlowPeers)
        {
            string text = string.Create(
                CultureInfo.InvariantCulture,
                $"{who}: peer {slow.Name} is slow since {slow.Speed.Since:HH:mm:ss} UTC: median {Units.Time(slow.Speed.Nanoseconds)}, {slow.Speed.Ratio:0.0} times its {Units.Time(slow.Speed.BaselineNanoseconds)}");
            yield return $"[yellow]{Markup.Escape(text)}[/]";
        }
    }
}
