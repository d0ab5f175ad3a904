using System.Diagnostics;

namespace Urma.Net.Ub.Tests;

/// <summary>
/// Suites once more, on devices that lack something. The library reads its settings once, so each device has a process of its own.
/// </summary>
public class DevicesThatOfferLess
{
    [Theory]
    [InlineData("atomics=1", "UbAtomics")] // compare-and-swap alone
    [InlineData("atomics=5", "UbAtomics")] // and fetch-and-add: what hardware has
    [InlineData("sge=6,inline=64,jfr_sge=2,jfs_depth=200,jfr_depth=200", "UbTransfers")]
    [InlineData("jfs_depth=8,jfc_depth=64,message=4096", "UbXcopy")]
    [InlineData("atomics=1", "UbWords")]
    public async Task The_suite_passes_on_it(string limits, string suite)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { "test", typeof(DevicesThatOfferLess).Assembly.Location, "--filter", $"FullyQualifiedName~.{suite}." },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["URMA_SOFT_LIMITS"] = limits;
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Bounds.Scenario);
        await process.WaitForExitAsync().WaitAsync(Bounds.Scenario);
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Matches(@"Passed! .* Passed: +[1-9]", output);
    }
}
