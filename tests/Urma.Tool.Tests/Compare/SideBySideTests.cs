using System.Text.Json.Nodes;
using Xunit;

namespace Urma.Net.Tool.Tests.Compare;

public class SideBySideTests
{
    [Fact]
    public void Each_device_has_its_numbers_or_the_reason_why_not()
    {
        using ProgramRun run = ProgramRun.Tool(
            "perftest", "side-by-side", "-d", "loopback://fabric", "-d", "loopback://", "-d", "verbs://no-such-device", "--test", "send_lat", "--test", "read_bw",
            "-s", "64", "--rounds", "2", "-n", "200", "-w", "50", "--json", "-");
        Assert.True(run.ExitCode() == 0, run.Output + run.Errors);
        JsonArray rows = JsonNode.Parse(run.Output)!["rows"]!.AsArray();
        Assert.Equal(["send_lat", "read_bw"], rows.Select(static row => (string?)row!["test"]));
        Assert.All(rows, static row =>
        {
            JsonArray devices = row!["devices"]!.AsArray();
            Assert.True((double?)devices[0]!["bw_GBps"] > 0 && (double?)devices[1]!["baseline"]!["c2c_ns"] > 0, devices.ToJsonString());
            Assert.NotEmpty((string)devices[2]!["not_measured"]!);
        });
    }

    [ShimFact]
    public void The_tiers_are_measured_on_the_same_writes()
    {
        using ProgramRun run = ProgramRun.Tool("perftest", "tiers", "-s", "64", "--rounds", "1", "-n", "5120", "--json", "-");
        Assert.True(run.ExitCode() == 0, run.Output + run.Errors);
        JsonNode row = Assert.Single(JsonNode.Parse(run.Output)!["rows"]!.AsArray())!;
        Assert.All(["verbs_ns", "xcopy_ns", "xcopy_batch_ns", "store_ns", "memcpy_ns", "c2c_ns"], name => Assert.True((double?)row[name] > 0, row.ToJsonString()));
    }
}
