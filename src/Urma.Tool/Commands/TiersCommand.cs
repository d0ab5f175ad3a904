using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Urma.Net.Tool.Certify;
using Urma.Net.Tool.Compare;
using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Commands;

/// <summary>
/// <c>urma perftest tiers</c>: what is gained by adapting a program. The same writes to a thousand places of another process's memory, in
/// random order and each complete before the next: by an unmodified verbs program over the RoUB shim, by Xcopy, and by stores.
/// </summary>
internal static class TiersCommand
{
    private const int Places = 1024;
    private const string Program = "urma_c_verbs";
    private static readonly string[] Times = ["verbs_ns", "xcopy_ns", "xcopy_batch_ns", "store_ns", "memcpy_ns", "c2c_ns"];
    private static readonly string[] Ratios = ["verbs_over_xcopy", "verbs_over_store", "xcopy_over_store"];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Command Create()
    {
        Option<long[]> sizes = new("--size", "-s") { Description = "Bytes per write; several by repeating", DefaultValueFactory = _ => [8, 64, 512, 4096] };
        Option<int> rounds = new("--rounds") { Description = "Turns of the three", DefaultValueFactory = _ => 5 };
        Option<long> iterations = new("--iters", "-n") { Description = "Writes in each turn of each", DefaultValueFactory = _ => 102_400 };
        Option<string?> cpu = new("--cpu") { Description = "Processors of this end and the other, such as 0,1" };
        Option<string?> json = new("--json") { Description = "Print one JSON object instead of the table; '-' for standard output" };
        json.AcceptOnlyFromAmong("-");
        var command = new Command("tiers", "An unmodified verbs program over the RoUB shim beside Xcopy and beside plain stores: the same writes") { sizes, rounds, iterations, cpu, json };
        CommandRunner.SetAction(command, parsed =>
        {
            if (parsed.GetValue(rounds) < 1 || parsed.GetValue(iterations) < Places)
            {
                throw new ToolException($"--rounds is at least 1 and --iters at least {Places}.");
            }

            ProcessorPair cpus = ProcessorPair.Parse(parsed.GetValue(cpu));
            JsonObject[] rows = [.. parsed.GetValue(sizes)!.Select(size => Measure(size, parsed.GetValue(rounds), parsed.GetValue(iterations), cpus))];
            if (parsed.GetValue(json) is not null)
            {
                Console.Out.WriteLine(PerftestJson.Text(new JsonObject { ["places"] = Places, ["rows"] = new JsonArray([.. rows]), ["machine"] = PerftestJson.Machine() }));
            }
            else
            {
                Print(rows);
            }

            return 0;
        });
        return command;
    }

    private static JsonObject Measure(long size, int rounds, long iterations, ProcessorPair cpus)
    {
        var turns = new List<TierTurn>();
        for (int round = 0; round < rounds; round++)
        {
            double unmodified = Unmodified(size, iterations, cpus);
            JsonObject adapted = PerftestProcess.Run(
                "loopback://fabric", ["xcopy_lat", "-s", Text(size), "-l", Text(Places), "-n", Text(Math.Max(5 * Places, iterations)), "--rounds", "5", "--cpu", $"{cpus}"], Limit);
            turns.Add(new TierTurn(
                unmodified, Reference(adapted, "Single calls"), (double)adapted["lat_ns"]!["p50"]!, Reference(adapted, "Copies by pointer"),
                size / (double)adapted["baseline"]!["memcpy_GBps"]!, (double)adapted["baseline"]!["c2c_ns"]!));
        }

        return new JsonObject
        {
            ["size"] = size,
            ["verbs_ns"] = Median(turns, static turn => turn.Verbs),
            ["xcopy_ns"] = Median(turns, static turn => turn.Xcopy),
            ["xcopy_batch_ns"] = Median(turns, static turn => turn.Batch),
            ["store_ns"] = Median(turns, static turn => turn.Store),
            ["memcpy_ns"] = Median(turns, static turn => turn.Memcpy),
            ["c2c_ns"] = Median(turns, static turn => turn.CacheLine),
            ["verbs_over_xcopy"] = Median(turns, static turn => turn.Verbs / turn.Xcopy),
            ["verbs_over_store"] = Median(turns, static turn => turn.Verbs / turn.Store),
            ["xcopy_over_store"] = Median(turns, static turn => turn.Xcopy / turn.Store),
            ["rounds"] = rounds,
            ["iterations"] = iterations,
        };
    }

    // By the machinery of urma certify, which runs pairs of programs.
    private static double Unmodified(long size, long iterations, ProcessorPair cpus)
    {
        string command = $"{Program} scatter -d {{device}} -k {Places} -s {size} -n {iterations} -r 1 -p {{port}} {{peer}}";
        var row = new CertificationRow
        {
            Name = $"scatter {size}",
            Program = Program,
            BuiltBy = "./build.sh native",
            Server = $"taskset -c {cpus.Peer} {command}",
            Client = $"taskset -c {cpus.Client} {command}",
            Figure = "bytes: ([0-9.]+) ns",
        };
        string logs = Directory.CreateTempSubdirectory("urma-tiers-").FullName;
        try
        {
            CertificationResult result = new Certifier(CertificationProvider.Find(CertificationProvider.Shim, null), null, logs).Run(row, CancellationToken.None);
            return result.Figure ?? throw new ToolException($"{Program} over the shim: {result.Why}");
        }
        finally
        {
            Directory.Delete(logs, recursive: true);
        }
    }

    private static double Reference(JsonObject result, string name) =>
        (double)result["references"]!.AsArray().First(reference => (string?)reference!["name"] == name)!["lat_ns"]!;

    private static JsonNode? Median(List<TierTurn> turns, Func<TierTurn, double> value) => PerftestJson.Number(Statistics.Median(turns.Select(value)));

    private static void Print(IEnumerable<JsonObject> rows)
    {
        var table = new Table().Border(TableBorder.Markdown)
            .AddColumns("bytes", "verbs, unmodified", "Xcopy", "Xcopy, batch of 1024", "store by view", "memcpy, one place", "L", "verbs / Xcopy", "verbs / store", "Xcopy / store");
        foreach (JsonObject row in rows)
        {
            table.AddRow(
            [
                Text((long)row["size"]!),
                .. Times.Select(name => Text((double?)row[name], "0.0 ns")),
                .. Ratios.Select(name => Text((double?)row[name], "0.0 x")),
            ]);
        }

        Screen.Console.Write(table);
        Console.Out.WriteLine($"Writes to {Places} places of another process's memory in random order, each complete before the next; medians of turns, ratios formed in each.");
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double? number, string format) => number?.ToString(format.Replace("ns", "'ns'", StringComparison.Ordinal).Replace("x", "'x'", StringComparison.Ordinal), CultureInfo.InvariantCulture) ?? "–";
}
