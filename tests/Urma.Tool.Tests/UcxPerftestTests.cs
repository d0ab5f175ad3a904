using Urma.Net.Tool.Compare;
using Urma.Net.Tool.Peers;
using Xunit;

namespace Urma.Net.Tool.Tests;

public class UcxPerftestTests
{
    [Fact]
    public void The_numbers_over_all_iterations_are_read()
    {
        UcxResult? result = UcxPerftest.Parse(
            "iterations,50.0_percentile_lat,avg_lat,overall_lat,avg_bw,overall_bw,avg_mr,overall_mr\n100000,0.586,9.268,6.403,0.82,1.19,107898,156168\n");
        Assert.NotNull(result);
        Assert.Equal(6403, result.Nanoseconds, 6);
        Assert.Equal(156168, result.OperationsPerSecond);
    }

    [Theory]
    [InlineData("")]
    [InlineData("iterations,overall_lat,overall_mr\n")]
    [InlineData("[1700000000.0] error: no such transport\n")]
    [InlineData("iterations,overall_lat,overall_mr\n5,nonsense,7\n")]
    public void What_is_no_result_is_not_taken_for_one(string output) => Assert.Null(UcxPerftest.Parse(output));

    [Theory]
    [InlineData("0", 0, 0)]
    public void One_processor_serves_both_ends(string text, int client, int peer) =>
        Assert.Equal(new ProcessorPair(client, peer), ProcessorPair.Parse(text));
}
