using Urma.Net.Tool.Certify;

namespace Urma.Net.Exports.Tests;

/// <summary>
/// Verbs programs, unmodified, on the RoUB shim: those of the list that <c>urma certify</c> runs, ours with their own checks and the
/// distribution's.
/// </summary>
public class VerbsProgramTests
{
    private static readonly IReadOnlyList<CertificationRow> List = CertificationList.Read(CertificationList.DefaultPath);

    public static TheoryData<string> Names =>
        [.. List.Where(static row => CertificationProvider.Runs(row, CertificationProvider.Shim)).Select(static row => row.Name)];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Runs_on_the_shim(string name)
    {
        CertificationProvider shim = CertificationProvider.Find(CertificationProvider.Shim, null);
        string logs = Path.Combine(Repository.Root, "artifacts", "certification", "tests");
        CertificationRow row = List.First(row => row.Name == name && CertificationProvider.Runs(row, CertificationProvider.Shim));
        CertificationResult result = new Certifier(shim, null, logs).Run(row, CancellationToken.None);
        Skip.If(result.Outcome == CertificationOutcome.NotRun, $"NOT RUN: {result.Why}");
        Assert.True(result.Outcome == CertificationOutcome.Passed, $"{result.Why}; see {logs}");
    }

    /// <summary>The library under the name that programs were linked with, and that others give to dlopen.</summary>
    [SkippableFact]
    public async Task Found_by_the_name_of_the_original()
    {
        string folder = Path.Combine(Repository.Native, "roub");
        using CProgram program = CProgram.StartOnShim("verbs_loading", string.Empty, CProgram.NewFabric(), ("LD_LIBRARY_PATH", folder));
        Assert.Contains("found by its name", await program.End(), StringComparison.Ordinal);
    }
}
