namespace Urma.Net.Package.Tests;

/// <summary>How a program ended and all it printed.</summary>
internal sealed record CommandResult(int ExitCode, string Output)
{
    // NU1101: unknown package; NU1102: unknown version; NU1301: feed not reachable.
    private static readonly string[] CannotDownload = ["error NU1101", "error NU1102", "error NU1301"];

    public CommandResult Expect(int exitCode = 0)
    {
        Assert.True(ExitCode == exitCode, $"Exit code {ExitCode} instead of {exitCode}:\n{Output}");
        return this;
    }

    /// <summary>Skips the test where a package of the platform itself, never one of ours, cannot be had.</summary>
    public CommandResult SkipIfPlatformPackageIsMissing()
    {
        string? missing = Output.Split('\n').FirstOrDefault(line => CannotDownload.Any(line.Contains));
        Skip.If(missing is not null && !missing.Contains("Urma.", StringComparison.Ordinal), missing?.Trim());
        return this;
    }
}
