using Urma.Net.Tool.Certify;
using Xunit;

namespace Urma.Net.Tool.Tests.Certify;

/// <summary>Lists with real programs, run by the tool as a process.</summary>
public sealed class CertifyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("urma-certify-");

    [Fact]
    public void Passes_failures_hangs_and_missing_programs_are_told_apart()
    {
        IReadOnlyDictionary<string, CertificationResult> results = Certify(
            """
            [
              { "name": "good", "command": "echo took 1.25 us", "expect": "^took", "figure": "took ([0-9.]+)", "unit": "us" },
              { "name": "wanted failure", "command": "echo refused; exit 3", "exit": 3, "expect": "refused", "note": "as it should" },
              { "name": "bad", "command": "echo it broke >&2; exit 4" },
              { "name": "other words", "command": "echo something", "expect": "nothing" },
              { "name": "no figure", "command": "echo many", "figure": "([0-9]+)" },
              { "name": "too costly", "command": "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaX", "expect": "^(a+)+$" },
              { "name": "missing", "command": "no-such-program-there-is", "package": "some-package" },
              { "name": "needs", "command": "true", "needs": [{ "test": "false", "why": "wants the moon" }] },
              { "name": "two machines", "pair": "true {peer}", "machines": "two" },
            ]
            """, 1);
        Assert.Equal((CertificationOutcome.Passed, 1.25, "us"), (results["good"].Outcome, results["good"].Figure, results["good"].Unit));
        Assert.Equal((CertificationOutcome.Passed, "as it should"), (results["wanted failure"].Outcome, results["wanted failure"].Why));
        Assert.Equal((CertificationOutcome.Failed, "exit code 4: it broke"), (results["bad"].Outcome, results["bad"].Why));
        Assert.Equal((CertificationOutcome.Failed, "its output is not what it should be: something"), (results["other words"].Outcome, results["other words"].Why));
        Assert.Equal((CertificationOutcome.Failed, "it printed no figure: many"), (results["no figure"].Outcome, results["no figure"].Why));
        Assert.Equal(CertificationOutcome.Failed, results["too costly"].Outcome);
        Assert.Contains("too costly", results["too costly"].Why, StringComparison.Ordinal);
        Assert.Equal(
            (CertificationOutcome.NotRun, "no-such-program-there-is is not installed: package some-package"), (results["missing"].Outcome, results["missing"].Why));
        Assert.Equal((CertificationOutcome.NotRun, "wants the moon"), (results["needs"].Outcome, results["needs"].Why));
        Assert.Equal((CertificationOutcome.NotRun, "needs two machines"), (results["two machines"].Outcome, results["two machines"].Why));
    }

    [Fact]
    public void A_program_that_hangs_is_ended_with_all_it_started()
    {
        // The grandchild ignores polite signals, and its parent is gone.
        IReadOnlyDictionary<string, CertificationResult> results = Certify(
            """
            [
              { "name": "hang", "program": "sh", "command": "(trap '' TERM HUP; sleep 600 & echo $! >{list}/pid; wait) & echo waiting; sleep 600", "limit": 1 },
              { "name": "left behind", "command": "sleep 600 & echo $! >{list}/left" },
              { "name": "silent server", "server": "sleep 600", "client": "sleep 600", "ready": "", "limit": 2 },
              { "name": "flood", "command": "yes", "limit": 60 },
            ]
            """, 1);
        Assert.Equal((CertificationOutcome.Failed, "did not end in time and was killed (1 s): waiting"), (results["hang"].Outcome, results["hang"].Why));
        Assert.Equal(CertificationOutcome.Passed, results["left behind"].Outcome);
        Assert.Equal(CertificationOutcome.Failed, results["silent server"].Outcome);
        Assert.Contains("16 MiB", results["flood"].Why, StringComparison.Ordinal);
        Assert.All(["pid", "left"], file => Assert.False(IsAlive(File.ReadAllText(Path.Combine(_folder.FullName, file)).Trim())));
    }

    [Fact]
    public void Both_ends_of_a_pair_count()
    {
        IReadOnlyDictionary<string, CertificationResult> results = Certify(
            """
            [
              { "name": "pair", "server": "echo here; sleep 1", "ready": "here", "client": "echo to {peer}", "expect": "to 127.0.0.1" },
              { "name": "server fails", "server": "echo here; sleep 1; echo lost; exit 5", "ready": "here", "client": "true" },
              { "name": "early client", "server": "sleep 3; touch {list}/up; sleep 1", "ready": "", "client": "test -e {list}/up" },
              { "name": "server stays", "server": "echo here; sleep 600", "server_stays": true, "ready": "here", "client": "true" },
            ]
            """, 1);
        Assert.Equal(CertificationOutcome.Passed, results["pair"].Outcome);
        Assert.Equal((CertificationOutcome.Failed, "the server ended with exit code 5: lost"), (results["server fails"].Outcome, results["server fails"].Why));
        Assert.Equal(CertificationOutcome.Passed, results["early client"].Outcome);
        Assert.Equal(CertificationOutcome.Passed, results["server stays"].Outcome);
    }

    [Fact]
    public void A_list_without_a_failure_ends_well_and_a_filter_chooses()
    {
        IReadOnlyDictionary<string, CertificationResult> results = Certify(
            """[{ "name": "good", "command": "true" }, { "name": "bad", "command": "false" }]""", 0, "--filter", "^go");
        Assert.Equal(["good"], results.Keys);
        Assert.Contains("| good |", File.ReadAllText(Path.Combine(_folder.FullName, "out.md")), StringComparison.Ordinal);
        Assert.Equal("passed\tgood (ub)\n", File.ReadAllText(Path.Combine(_folder.FullName, "out.tsv")));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // On the provider 'ub', which sets a search path and preloads nothing; a library of its name is all it asks for.
    private Dictionary<string, CertificationResult> Certify(string rows, int exitCode, params string[] arguments)
    {
        string list = Path.Combine(_folder.FullName, "list.json"), native = Path.Combine(_folder.FullName, "native");
        Directory.CreateDirectory(native);
        File.WriteAllText(Path.Combine(native, "liburma.so.0"), string.Empty);
        File.WriteAllText(list, rows.Replace("\"name\"", "\"providers\": [\"ub\"], \"name\"", StringComparison.Ordinal));
        string result = Path.Combine(_folder.FullName, "out.json");
        using ProgramRun run = ProgramRun.ToolWith(
            "URMA_NATIVE", native,
            [
                "certify", "--no-default-list", "--list", list, "--provider", "ub", "--logs", Path.Combine(_folder.FullName, "logs"),
                "--out", result, "--out", Path.Combine(_folder.FullName, "out.md"), "--out", Path.Combine(_folder.FullName, "out.tsv"), .. arguments,
            ]);
        Assert.True(run.ExitCode() == exitCode, run.Output + run.Errors);
        return CertificationJson.Read(File.ReadAllText(result)).Single().Results.ToDictionary(static row => row.Name);
    }

    private static bool IsAlive(string process) =>
        File.Exists($"/proc/{process}/stat") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
}
