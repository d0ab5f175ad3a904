using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Urma.Net.Tool.Compare;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma perftest side-by-side</c>: the same tests on several devices, in one table.</summary>
internal static class SideBySideCommand
{
    private const int AtomicSize = 8;

    private static readonly string[] AllTests = ["send_lat", "write_lat", "read_lat", "atomic_lat", "send_bw", "write_bw", "read_bw"];

    public static Command Create()
    {
        Option<string[]> devices = new("--provider", "-d") { Description = "Connection strings of the devices; several by repeating", DefaultValueFactory = _ => ["loopback://fabric", "ub://urma0", "verbs://urma0"] };
        Option<string[]> tests = new("--test") { Description = "The tests; several by repeating", DefaultValueFactory = _ => AllTests };
        Option<long[]> sizes = new("--size", "-s") { Description = "Bytes per operation; several by repeating", DefaultValueFactory = _ => [8, 64, 4096, 65536, 1048576] };
        Option<int> rounds = new("--rounds") { Description = "Rounds of yardstick and test for each", DefaultValueFactory = _ => 5 };
        Option<long?> iterations = new("--iters", "-n") { Description = "Operations over all rounds; by time when not given" };
        Option<long?> warmUp = new("--warm_up", "-w") { Description = "Operations before; until the compiler is done when not given" };
        Option<int> limit = new("--limit") { Description = "Seconds for each test and size", DefaultValueFactory = _ => 60 };
        Option<string?> json = new("--json") { Description = "Print one JSON object instead of the table; '-' for standard output" };
        json.AcceptOnlyFromAmong("-");
        var command = new Command("side-by-side", "The same tests on several devices, each beside its yardstick, in one table")
        {
            devices, tests, sizes, rounds, iterations, warmUp, limit, json,
        };
        CommandRunner.SetAction(command, parsed =>
        {
            string[] chosen = parsed.GetValue(devices)!;
            string[] options =
            [
                "--rounds", Text(parsed.GetValue(rounds)),
                .. parsed.GetValue(iterations) is { } count ? ["-n", Text(count)] : Array.Empty<string>(),
                .. parsed.GetValue(warmUp) is { } before ? ["-w", Text(before)] : Array.Empty<string>(),
            ];
            var rows = new JsonArray();
            var table = new Table().Border(TableBorder.Markdown).AddColumns(["test", "bytes", .. chosen]);
            foreach (string test in parsed.GetValue(tests)!)
            {
                bool isAtomic = test.StartsWith("atomic", StringComparison.Ordinal);
                foreach (long size in isAtomic ? [AtomicSize] : parsed.GetValue(sizes)!)
                {
                    JsonObject[] cells = [.. chosen.Select(device => Measure(device, test, size, options, parsed.GetValue(limit)))];
                    table.AddRow([test, Text(size), .. cells.Select(static cell => Markup.Escape(Cell(cell)))]);
                    rows.Add((JsonNode)new JsonObject { ["test"] = test, ["size"] = size, ["devices"] = new JsonArray([.. cells]) });
                }
            }

            if (parsed.GetValue(json) is not null)
            {
                Console.Out.WriteLine(PerftestJson.Text(new JsonObject { ["rows"] = rows, ["machine"] = PerftestJson.Machine() }));
            }
            else
            {
                Screen.Console.Write(table);
                Console.Out.WriteLine("Latency: median, in parentheses over L, the one-way time of a cache line beside it. Bandwidth: median, in parentheses over memcpy beside it, or operations in L below 4 KiB.");
            }

            return 0;
        });
        return command;
    }

    // Each is told when it is there: the table comes last, and on an emulated machine after many minutes.
    private static JsonObject Measure(string device, string test, long size, string[] options, int limit)
    {
        JsonObject cell;
        try
        {
            cell = PerftestProcess.Run(device, [test, "-s", Text(size), .. options], TimeSpan.FromSeconds(limit));
        }
        catch (ToolException error)
        {
            cell = new JsonObject { ["provider"] = device, ["not_measured"] = error.Message };
        }

        Console.Error.WriteLine($"{test} {Text(size)} {device}: {Cell(cell)}");
        return cell;
    }

    private static string Cell(JsonObject cell)
    {
        if (cell["not_measured"] is { } why)
        {
            return $"not measured: {why}";
        }

        string ratio = string.Create(CultureInfo.InvariantCulture, $"{(double)cell["ratio"]!:0.00}");
        return cell["lat_ns"] is JsonObject latency
            ? string.Create(CultureInfo.InvariantCulture, $"{(double)latency["p50"]!:0} ns ({ratio} x {(double)cell["baseline"]!["c2c_ns"]!:0})")
            : string.Create(CultureInfo.InvariantCulture, $"{(double)cell["bw_GBps"]!:0.000} GB/s ({ratio})");
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
