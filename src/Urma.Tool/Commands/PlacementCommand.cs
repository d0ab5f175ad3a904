using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Urma.Net.Tool.Perftest;
using Urma.Net.Tool.Placement;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma placement</c>: where the memory of a pair of processes lies, as one of them sees it.</summary>
internal static class PlacementCommand
{
    private const long Length = 8 << 20;

    public static Command Create()
    {
        Option<string> provider = CommandRunner.ProviderOption();
        Option<string?> fabric = CommandRunner.FabricOption();
        Option<string?> json = new("--json") { Description = "Print one JSON object instead of the table; '-' for standard output" };
        json.AcceptOnlyFromAmong("-");
        var command = new Command("placement", "Start a second process and show where own, imported and borrowed memory lies, and how far it is")
        {
            provider, fabric, json,
        };
        CommandRunner.SetAction(command, parsed =>
        {
            FabricProfile? profile = parsed.GetValue(fabric) is { } text ? CommandRunner.ReadProfile(text) : null;
            using UrmaContext context = UrmaContext.Open(
                parsed.GetValue(provider)!, new UrmaContextOptions { Label = "urma placement", FabricProfile = profile });
            using Segment own = context.AllocateSegment(Length);
            var policy = new BorrowPolicy { OwnMemory = 4 * Length, TriggerFreeRatio = 1 };
            using LenderProcess lender = LenderProcess.Start(context, policy, [Length], Length);
            using BorrowedMemory borrowed = lender.Pool.BorrowAsync(Length).GetAwaiter().GetResult();
            context.Placement.RefreshAsync().GetAwaiter().GetResult();
            (string Kind, PlacementPiece Piece)[] rows =
            [
                ("own", context.Placement.Query(own.GlobalAddress, Length)[0]),
                ("imported", context.Placement.Query(lender.Segment.GlobalAddress, Length)[0]),
                ("borrowed", context.Placement.Query(borrowed.Address, Length)[0]),
            ];
            if (parsed.GetValue(json) is not null)
            {
                Console.WriteLine(PerftestJson.Text(Json(rows, profile)));
            }
            else
            {
                Print(rows, profile);
            }

            return 0;
        });
        return command;
    }

    private static void Print((string Kind, PlacementPiece Piece)[] rows, FabricProfile? profile)
    {
        var table = new Table { Border = TableBorder.None }.AddColumns("kind", "address", "owner", "process", "tier", "NUMA node");
        foreach (string number in new[] { "latency ns", "GB/s" })
        {
            table.AddColumn(new TableColumn(number).RightAligned());
        }

        table.AddColumns("cacheable", "link");
        foreach ((string kind, PlacementPiece piece) in rows)
        {
            table.AddRow(
                new[]
                {
                    kind, $"{piece.Address.Uasid:x6}+0x{piece.Address.VirtualAddress:x}", piece.Label ?? "?", Text(piece.ProcessId), $"{piece.Tier}",
                    piece.NumaNode is { } node ? Text(node) : "?",
                    piece.Distance is { } distance ? distance.LatencyNanoseconds.ToString("F1", CultureInfo.InvariantCulture) : "?",
                    piece.Distance?.BytesPerSecond is { } speed ? (speed / 1e9).ToString("F1", CultureInfo.InvariantCulture) : "?",
                    piece.IsCacheable ? "yes" : "no", piece.Link?.ToString() ?? "-",
                }
                .Select(Markup.Escape).ToArray());
        }

        Screen.Console.MarkupLineInterpolated($"device {rows[0].Piece.Address.Eid}; {Length >> 20} MiB each");
        if (profile is not null)
        {
            Screen.Console.MarkupLineInterpolated($"[yellow]Fabric model: ON,[/] {profile}: distances are of modelled links");
        }

        Screen.Console.Write(table);
    }

    private static JsonObject Json((string Kind, PlacementPiece Piece)[] rows, FabricProfile? profile) => new()
    {
        ["fabric_model"] = profile?.ToString(),
        ["ranges"] = new JsonArray([.. rows.Select(static row => new JsonObject
        {
            ["kind"] = row.Kind,
            ["address"] = $"{row.Piece.Address}",
            ["length"] = row.Piece.Length,
            ["owner"] = row.Piece.Label,
            ["process"] = row.Piece.ProcessId,
            ["tier"] = $"{row.Piece.Tier}",
            ["numa_node"] = row.Piece.NumaNode,
            ["latency_ns"] = row.Piece.Distance?.LatencyNanoseconds,
            ["bandwidth_GBps"] = row.Piece.Distance?.BytesPerSecond / 1e9,
            ["age_ms"] = row.Piece.Distance?.Age.TotalMilliseconds,
            ["cacheable"] = row.Piece.IsCacheable,
            ["link"] = row.Piece.Link?.ToString(),
        })]),
    };

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
