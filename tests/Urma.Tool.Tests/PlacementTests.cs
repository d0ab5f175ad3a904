using System.Text.Json;
using Xunit;

namespace Urma.Net.Tool.Tests;

public class PlacementTests
{
    [Theory]
    [InlineData(null, "Local")]
    [InlineData("rdma", "Rdma")]
    public void Placement_shows_own_imported_and_borrowed_memory(string? fabric, string tier)
    {
        using ProgramRun run = ProgramRun.Tool(["placement", "--json", "-", .. fabric is null ? Array.Empty<string>() : ["--fabric", fabric]]);
        Assert.True(run.ExitCode() == 0, run.Errors);
        JsonElement result = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(fabric is null ? JsonValueKind.Null : JsonValueKind.String, result.GetProperty("fabric_model").ValueKind);
        JsonElement[] ranges = [.. result.GetProperty("ranges").EnumerateArray()];
        Assert.Equal(["own", "imported", "borrowed"], ranges.Select(static r => r.GetProperty("kind").GetString()!));
        Assert.Equal(["Local", tier, tier], ranges.Select(static r => r.GetProperty("tier").GetString()!));
        Assert.All(ranges, static r => Assert.True(r.GetProperty("latency_ns").GetDouble() > 0));
        Assert.All(ranges[1..], r => Assert.True(fabric is null || r.GetProperty("latency_ns").GetDouble() > 2500));
        Assert.NotEqual(ranges[0].GetProperty("process").GetInt32(), ranges[1].GetProperty("process").GetInt32());
    }

    [Fact]
    public void The_table_says_that_links_are_modelled()
    {
        using ProgramRun run = ProgramRun.Tool("placement", "--fabric", "published");
        Assert.True(run.ExitCode() == 0, run.Errors);
        Assert.Contains("Fabric model: ON", run.Output, StringComparison.Ordinal);
        Assert.Contains("UnifiedBus", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_borrow_sweep_counts_remote_accesses_and_calculates_the_loss()
    {
        // Links so long that the machine does not matter.
        using ProgramRun run = ProgramRun.Tool("perftest", "borrow", "--local", "2us", "--borrowed", "10us", "--slices", "1", "--json", "-");
        Assert.True(run.ExitCode() == 0, run.Errors);
        JsonElement result = JsonDocument.Parse(run.Output).RootElement;
        Assert.Contains("2000 ns", result.GetProperty("fabric_model").GetProperty("own").GetString(), StringComparison.Ordinal);
        JsonElement[] ratios = [.. result.GetProperty("by_ratio").EnumerateArray()];
        Assert.Equal(10, ratios.Length);
        foreach (JsonElement point in ratios)
        {
            double ratio = point.GetProperty("ratio").GetDouble();
            Assert.Equal(ratio, point.GetProperty("remote_share").GetDouble(), 0.01);
            Assert.Equal(ratio * 4, point.GetProperty("closed_form").GetDouble(), 0.04);
            Assert.True(point.GetProperty("access_ns").GetDouble() >= 0.9 * (2000 + (ratio * 8000)), "Faster than the links.");
        }

        double[] shares = [.. result.GetProperty("by_locality").EnumerateArray().Select(static p => p.GetProperty("remote_share").GetDouble())];
        Assert.Equal(shares.OrderDescending(), shares);
    }
}
