using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Urma.Net.Tool.Doctor;
using Urma.Net.Tool.Doctor.Headers;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma doctor</c>: limits and settings that will hurt, each with its fix.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        Option<string> provider = CommandRunner.ProviderOption();
        Option<string?> json = new("--json") { Description = "Print JSON instead of the table; '-' for standard output" };
        json.AcceptOnlyFromAmong("-");
        Option<string?> headers = new("--headers")
        {
            Description = "Compare the native libraries' headers installed in a folder with those this build was compiled against; needs clang. Exit code 1 for drift, 2 when nothing could be compared",
            HelpName = "DIR",
        };
        var command = new Command("doctor", "Look for limits and settings that will hurt, and say how to change them") { provider, headers, json };
        CommandRunner.SetAction(command, parsed =>
        {
            if (parsed.GetValue(headers) is { } directory)
            {
                return HeaderCheck.Run(directory, parsed.GetValue(json) is not null);
            }

            Finding[] findings = [ProviderChecks.Probe(parsed.GetValue(provider)!), .. LimitChecks.All(), .. SystemChecks.All()];
            if (parsed.GetValue(json) is null)
            {
                Print(findings);
            }
            else
            {
                var list = new JsonArray([.. findings.Select(finding => new JsonObject
                {
                    ["subject"] = finding.Subject,
                    ["state"] = finding.State.ToString(),
                    ["found"] = finding.Found,
                    ["fix"] = finding.Fix,
                })]);
                Console.Out.WriteLine(PerftestJson.Text(new JsonObject { ["findings"] = list }));
            }

            return findings.Any(finding => finding.State == CheckState.Failure) ? 1 : 0;
        });
        return command;
    }

    private static void Print(IReadOnlyList<Finding> findings)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn(string.Empty).NoWrap());
        table.AddColumn(new TableColumn("what").NoWrap());
        table.AddColumn("found");
        foreach (Finding finding in findings)
        {
            string text = Markup.Escape(finding.Found);
            if (finding.Fix is { } fix)
            {
                text += $"\n[bold]fix:[/] {Markup.Escape(fix)}";
            }

            table.AddRow(Mark(finding.State), Markup.Escape(finding.Subject), text);
        }

        Screen.Console.Write(table);
        int failures = findings.Count(finding => finding.State == CheckState.Failure);
        int warnings = findings.Count(finding => finding.State == CheckState.Warning);
        Screen.Console.MarkupLine(failures > 0
            ? $"[red]{failures} thing(s) will not work[/], {warnings} will be slow or scarce."
            : warnings > 0
                ? $"Everything will work; [yellow]{warnings} thing(s) could be better[/]."
                : "[green]Everything is fine.[/]");
    }

    private static string Mark(CheckState state) => state switch
    {
        CheckState.Ok => "[green]ok[/]",
        CheckState.Note => "[blue]note[/]",
        CheckState.Warning => "[yellow]warn[/]",
        _ => "[red]FAIL[/]",
    };
}
