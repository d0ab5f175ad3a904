using Urma.Net.Tool.Certify;
using Xunit;

namespace Urma.Net.Tool.Tests.Certify;

public class CertificationTableTests
{
    [Fact]
    public void Each_row_is_one_line_with_as_many_cells_whatever_programs_say()
    {
        string[] hostile =
        [
            "a|b", "a\nb", "a\r\n| x | y |", "<script>alert(1)</script>", "`code` [link](http://x) **bold**", "\u001b[31mred\u001b[0m", "\u202Eright to left",
            "\0", "\ud800 alone", "\u2028line", "&lt;", "\\|", new string('x', 10_000), string.Empty,
        ];
        CertificationResult[] results =
        [
            .. hostile.Select(static (text, i) => new CertificationResult($"{i}{text}", text, "shim", (CertificationOutcome)(i % 3), text, i, text, 1)),
        ];
        string[] lines = CertificationTable.Markdown([Run("shim", results), Run("rxe", [])]).Split('\n');
        string[] table = [.. lines.SkipWhile(static line => !line.StartsWith("| Program", StringComparison.Ordinal)).TakeWhile(static line => line.Length > 0)];
        Assert.Equal(hostile.Length + 2, table.Length);
        Assert.All(table, static line => Assert.Equal(5, Bars(line)));
        Assert.All(table, static line => Assert.DoesNotContain(line, static c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u202E' or '\u2028'));
        Assert.All(table.Skip(2), static line => Assert.DoesNotContain(line.Replace("\\<", string.Empty, StringComparison.Ordinal), static c => c == '<'));
    }

    [Fact]
    public void What_did_not_pass_never_reads_as_a_pass()
    {
        string page = CertificationTable.Markdown(
        [
            Run("shim", [Result("good", CertificationOutcome.Passed, string.Empty, 1.5), Result("bad", CertificationOutcome.Failed, "pass", 2), Result("none", CertificationOutcome.NotRun, "x is not installed: package y", null)]),
            Run("rxe", [Result("only here", CertificationOutcome.Passed, "refused", null)]),
        ]);
        Assert.Contains("| good | what | pass, 1.5 us | – |", page, StringComparison.Ordinal);
        Assert.Contains("| bad | what | FAIL: pass | – |", page, StringComparison.Ordinal);
        Assert.Contains("| none | what | not run: x is not installed: package y | – |", page, StringComparison.Ordinal);
        Assert.Contains("| only here | what | – | pass (refused) |", page, StringComparison.Ordinal);
        Assert.Contains("| 1 | 1 | 1 |", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_can_be_read_again_and_what_is_not_it_is_refused()
    {
        CertificationRun[] runs = [Run("shim", [Result("a \"|\n\u001b", CertificationOutcome.Failed, "why", 0.25)])];
        CertificationRun read = Assert.Single(CertificationJson.Read(CertificationJson.Write(runs)));
        Assert.Equal(runs[0].Results, read.Results);
        Assert.Equal(runs[0].CacheLineNanoseconds, read.CacheLineNanoseconds);
        Assert.Throws<ToolException>(() => CertificationJson.Read("{"));
        Assert.Throws<ToolException>(() => CertificationJson.Read("""[{ "provider": "shim" }]"""));
        Assert.Throws<ToolException>(() => CertificationJson.Read("""[{ "provider": null, "date": "", "machine": "", "cache_line_nanoseconds": [], "results": [] }]"""));
    }

    private static CertificationRun Run(string provider, IReadOnlyList<CertificationResult> results) => new(provider, "2026-01-02", "2 x CPU | kernel", [40, 41.5], results);

    private static CertificationResult Result(string name, CertificationOutcome outcome, string why, double? figure) =>
        new(name, "what", "shim", outcome, why, figure, "us", 1);

    private static int Bars(string line) => line.Where((c, i) => c == '|' && !IsEscaped(line, i)).Count();

    private static bool IsEscaped(string line, int at)
    {
        int slashes = 0;
        while (at - slashes > 0 && line[at - slashes - 1] == '\\')
        {
            slashes++;
        }

        return slashes % 2 == 1;
    }
}
