using System.Text.Json;
using Xunit;

namespace Urma.Net.Tool.Tests;

public class ToolTests
{
    [Fact]
    public void Info_names_the_provider_its_device_and_the_engines_alive()
    {
        using ProgramRun server = ProgramRun.Tool("ping", "--listen", $"info-{Environment.ProcessId}", "--provider", "loopback://tool-info");
        server.WaitForErrors("Waiting for one peer");
        using ProgramRun run = ProgramRun.Tool("info");
        Assert.True(run.ExitCode() == 0, run.Errors);
        Assert.Contains("provider loopback", run.Output, StringComparison.Ordinal);
        Assert.Contains("loopback://fabric", run.Output, StringComparison.Ordinal);
        string engine = run.Output.Split('\n').Single(line => line.Contains("tool-info", StringComparison.Ordinal));
        Assert.Matches($@"\s{server.ProcessId}\s", engine);
    }

    [Fact]
    public void Doctor_gives_a_fix_for_every_warning_and_failure_and_its_exit_code_follows()
    {
        using ProgramRun run = ProgramRun.Tool("doctor", "--json", "-");
        int exitCode = run.ExitCode();
        using JsonDocument document = JsonDocument.Parse(run.Output);
        bool fails = false;
        foreach (JsonElement finding in document.RootElement.GetProperty("findings").EnumerateArray())
        {
            string? state = finding.GetProperty("state").GetString();
            fails |= state == "Failure";
            Assert.True(
                state is not ("Warning" or "Failure") || finding.GetProperty("fix").GetString() is { Length: > 0 },
                $"no fix: {finding}");
        }

        Assert.Equal(fails ? 1 : 0, exitCode);
    }

    [Fact]
    public void Ping_counts_what_came_back()
    {
        using ProgramRun run = ProgramRun.Tool("ping", "-c", "3", "-i", "0", "-s", "100");
        Assert.True(run.ExitCode() == 0, run.Errors);
        Assert.Contains("3 packets transmitted, 3 received, 0.0% packet loss", run.Output, StringComparison.Ordinal);
        Assert.Equal(3, run.Output.Split('\n').Count(line => line.StartsWith("100 bytes from", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_demo_verifies_its_data_in_three_modes()
    {
        using ProgramRun run = ProgramRun.Tool("demo", "--rounds", "1");
        Assert.True(run.ExitCode() == 0, run.Output + run.Errors);
        Assert.Equal(3, run.Output.Split("verified").Length - 1);
        Assert.DoesNotContain("WRONG", run.Output, StringComparison.Ordinal);
    }
}
