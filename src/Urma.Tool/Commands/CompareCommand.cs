using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Urma.Net.Measurement;
using Urma.Net.Tool.Compare;
using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma compare</c>: all goals in one table, beside the yardsticks and beside UCX, taken in turns.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        Option<string> provider = CommandRunner.ProviderOption();
        Option<string?> cpu = new("--cpu") { Description = "Processors of the two ends, such as 0,1" };
        Option<int> rounds = new("--rounds") { Description = "Rounds of each measurement", DefaultValueFactory = _ => 9 };
        Option<bool> check = new("--check") { Description = "End with exit code 1 when a goal is missed" };
        Option<string?> json = new("--json") { Description = "Print JSON instead of the table; '-' for standard output" };
        json.AcceptOnlyFromAmong("-");
        var command = new Command("compare", "Measure every goal beside its yardstick and beside UCX, in turns") { provider, cpu, rounds, check, json };
        CommandRunner.SetAction(command, parsed =>
        {
            ProcessorPair cpus = ProcessorPair.Parse(parsed.GetValue(cpu));
            bool asJson = parsed.GetValue(json) is not null;
            var rows = new List<ComparisonRow>();
            void Report(ComparisonRow row)
            {
                rows.Add(row);
                // Progress for whoever waits minutes; the result goes to standard output.
                Console.Error.WriteLine($"{row.Measurement}: {row.ValueText}");
            }

            UcxPerftest? ucx = UcxPerftest.Find(cpus);
            Measure(parsed.GetValue(provider)!, cpus, ucx, Math.Max(1, parsed.GetValue(rounds)), Report);
            if (asJson)
            {
                Console.Out.WriteLine(PerftestJson.Text(Json(rows, cpus, ucx, parsed.GetValue(rounds))));
            }
            else
            {
                Print(rows, cpus, ucx, parsed.GetValue(rounds));
            }

            return parsed.GetValue(check) && rows.Any(row => row.IsMet == false) ? 1 : 0;
        });
        return command;
    }

    private static void Measure(string provider, ProcessorPair cpus, UcxPerftest? ucx, int rounds, Action<ComparisonRow> report)
    {
        using (UrmaContext context = BackgroundThreads.Open(provider, "urma compare"))
        {
            MeasuringThread.Run(cpus.Client, () =>
            {
                using PeerClient client = PeerClient.Start(context, cpus.Peer);
                new ComparisonRun(client, ucx, rounds, report).Run();
            });
        }

        ComparisonRun.RunRanks(report);
    }

    private static void Print(List<ComparisonRow> rows, ProcessorPair cpus, UcxPerftest? ucx, int rounds)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (string heading in new[] { "measurement", "ours", "beside", "result, median (p10 to p90)", "goal", string.Empty })
        {
            table.AddColumn(heading);
        }

        foreach (ComparisonRow row in rows)
        {
            table.AddRow(
                Markup.Escape(row.Measurement), Markup.Escape(row.Ours), Markup.Escape(row.Reference), Markup.Escape(row.ValueText),
                Markup.Escape(row.GoalText), row.IsMet switch { true => "[green]met[/]", false => "[red]missed[/]", _ => string.Empty });
        }

        Screen.Console.Write(table);
        Screen.Console.MarkupLineInterpolated(
            $"Two processes on processors {cpus}; {rounds} rounds, ratios taken inside each round; latency is half the round trip. L and the ring: {Yardsticks.Current.Source}. {(ucx is null ? $"UCX not installed: apt-get install {UcxPerftest.Package}" : ucx.Version + " over shared memory (UCX_TLS=shm,self), pinned alike")}.");
    }

    private static JsonObject Json(List<ComparisonRow> rows, ProcessorPair cpus, UcxPerftest? ucx, int rounds) => new()
    {
        ["rows"] = new JsonArray([.. rows.Select(row => new JsonObject
        {
            ["measurement"] = row.Measurement,
            ["ours"] = row.Ours,
            ["beside"] = row.Reference,
            ["value"] = PerftestJson.Number(row.Value.Median),
            ["p10"] = PerftestJson.Number(row.Value.P10),
            ["p90"] = PerftestJson.Number(row.Value.P90),
            ["unit"] = row.Unit,
            ["goal"] = row.Goal is { } goal ? PerftestJson.Number(goal) : null,
            ["goal_is"] = row.Goal is null ? null : row.AtMost ? "at most" : "at least",
            ["met"] = row.IsMet,
        })]),
        ["rounds"] = rounds,
        ["cpus"] = new JsonArray([.. cpus.ToArray().Select(cpu => JsonValue.Create(cpu))]),
        ["peer"] = ucx?.Version ?? $"not installed: {UcxPerftest.Package}",
        ["yardstick"] = Yardsticks.Current.Source,
        ["latency_convention"] = "half the round trip",
        ["machine"] = PerftestJson.Machine(),
    };
}
