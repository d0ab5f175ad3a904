using System.Globalization;
using System.Text;

namespace Urma.Net.Tool.Certify;

/// <summary>Writes results as Markdown: a row for each program, a column for each provider.</summary>
internal static class CertificationTable
{
    /// <summary>The whole page.</summary>
    public static string Markdown(IReadOnlyList<CertificationRun> runs)
    {
        var page = new StringBuilder();
        page.Append("# Programs and what they run on\n\nWritten by `urma certify` (`./build.sh certify`); which programs, and how, is in its list: see ");
        page.Append("[the list's format](certification-list.md).\nFigures are what the programs print, of one run; they compare with others of the same column only.\n\n");
        page.Append("| Provider | Taken | Machine | L, one way of a cache line | passed | failed | not run |\n|---|---|---|---|---|---|---|\n");
        foreach (CertificationRun run in runs)
        {
            page.Append(CultureInfo.InvariantCulture,
                $"| {Cell(run.Provider)} | {Cell(run.Date)} | {Cell(run.Machine)} | {Lines(run)} | {Count(run, CertificationOutcome.Passed)} | {Count(run, CertificationOutcome.Failed)} | {Count(run, CertificationOutcome.NotRun)} |\n");
        }

        page.Append("\n| Program | What it shows |");
        page.AppendJoin("|", runs.Select(static run => $" {Cell(run.Provider)} ")).Append("|\n|---|---|");
        page.Insert(page.Length, "---|", runs.Count).Append('\n');
        foreach (CertificationResult first in runs.SelectMany(static run => run.Results).DistinctBy(static result => result.Name))
        {
            page.Append(CultureInfo.InvariantCulture, $"| {Cell(first.Name)} | {Cell(first.Shows)} |");
            foreach (CertificationRun run in runs)
            {
                page.Append(CultureInfo.InvariantCulture, $" {Cell(Text(run.Results.FirstOrDefault(result => result.Name == first.Name)))} |");
            }

            page.Append('\n');
        }

        return page.ToString();
    }

    /// <summary>A result in a few words.</summary>
    public static string Text(CertificationResult? result) => result is null ? "–" : result.Outcome switch
    {
        CertificationOutcome.Passed => "pass"
            + (result.Figure is { } figure ? string.Create(CultureInfo.InvariantCulture, $", {figure:0.######} {result.Unit}") : string.Empty)
            + (result.Why.Length > 0 ? $" ({result.Why})" : string.Empty),
        CertificationOutcome.Failed => $"FAIL: {result.Why}",
        _ => $"not run: {result.Why}",
    };

    private static string Lines(CertificationRun run) => run.CacheLineNanoseconds.Count == 0
        ? "not measured"
        : string.Join(", then ", run.CacheLineNanoseconds.Select(static line => string.Create(CultureInfo.InvariantCulture, $"{line:0} ns")));

    private static int Count(CertificationRun run, CertificationOutcome outcome) => run.Results.Count(result => result.Outcome == outcome);

    // Programs' words come from anywhere: nothing of them may end a cell, be markup, or hide.
    private static string Cell(string text)
    {
        var cell = new StringBuilder();
        foreach (char c in text)
        {
            _ = c switch
            {
                '|' or '`' or '<' or '>' or '[' or ']' or '*' or '_' or '\\' or '&' or '~' or '#' => cell.Append('\\').Append(c),
                _ when char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => cell.Append(' '),
                _ => cell.Append(c),
            };
        }

        return cell.ToString().Trim();
    }
}
