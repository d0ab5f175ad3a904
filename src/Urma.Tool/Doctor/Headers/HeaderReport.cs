using System.Text.Json.Nodes;
using Spectre.Console;
using Urma.Net.Interop.Headers.Abi;

namespace Urma.Net.Tool.Doctor.Headers;

/// <summary>Shows how installed headers differ.</summary>
internal static class HeaderReport
{
    public static JsonObject Json(IEnumerable<HeaderDrift> drifts) => new()
    {
        ["libraries"] = new JsonArray([.. drifts.Select(drift => new JsonObject
        {
            ["library"] = drift.Library.Name,
            ["compiled_against"] = drift.Library.Version,
            ["folder"] = drift.Folder,
            ["compared"] = drift.Compared,
            ["not_compared"] = drift.NotCompared,
            ["headers_absent"] = new JsonArray([.. drift.Absent.Select(header => JsonValue.Create(header))]),
            ["drift"] = drift.IsHarmful,
            ["differences"] = new JsonArray([.. drift.Differences.Select(Json)]),
        })]),
    };

    public static void Print(IReadOnlyList<HeaderDrift> drifts)
    {
        foreach (HeaderDrift drift in drifts)
        {
            Screen.Console.MarkupLine($"[bold]{drift.Library.Name}[/]: {Markup.Escape(drift.Folder)} against {Markup.Escape(drift.Library.Version)}");
            if (drift.IsHarmful)
            {
                Screen.Console.Write(Table(drift));
            }

            int harmful = drift.Harmful.Count();
            string verdict = harmful == 0 ? "[green]no drift[/]" : $"[red]{harmful} differ[/]";
            Screen.Console.MarkupLine($"{drift.Compared} facts compared, {verdict}; {drift.Added.Count()} are new there and hurt nobody (--json - lists them).");
            foreach (string header in drift.Absent)
            {
                Screen.Console.MarkupLine($"[yellow]{header} is not there[/]: what it declares was not compared.");
            }
        }
    }

    private static Table Table(HeaderDrift drift)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("what");
        table.AddColumn("name");
        table.AddColumn("compiled against");
        table.AddColumn("installed");
        foreach (AbiDifference difference in drift.Harmful)
        {
            table.AddRow(
                Name(difference.Fact.Kind),
                Markup.Escape(difference.Fact.Name),
                Markup.Escape(difference.Ours!.Value),
                difference.Theirs is { } theirs ? Markup.Escape(theirs.Value) : "[red]missing[/]");
        }

        return table;
    }

    private static JsonObject Json(AbiDifference difference) => new()
    {
        ["change"] = difference.Change.ToString().ToLowerInvariant(),
        ["what"] = Name(difference.Fact.Kind),
        ["name"] = difference.Fact.Name,
        ["ours"] = difference.Ours?.Value,
        ["installed"] = difference.Theirs?.Value,
    };

    private static string Name(AbiKind kind) => kind.ToString().ToLowerInvariant();
}
