using Urma.Net.Tool.Compare;
using Urma.Net.Tool.Perftest;
using Xunit;

namespace Urma.Net.Tool.Tests;

public class StatisticsTests
{
    [Theory]
    [InlineData(new double[] { 3, 1, 2 }, 2)]
    [InlineData(new double[] { 4, 1, 2, 3 }, 2.5)]
    [InlineData(new double[] { 7 }, 7)]
    public void Median_is_the_middle(double[] values, double expected) => Assert.Equal(expected, Statistics.Median(values));

    [Fact]
    public void Percentiles_are_values_that_occurred()
    {
        double[] values = [.. Enumerable.Range(1, 100).Select(value => (double)value)];
        Assert.Equal(99, Statistics.Percentile(values, 0.99));
        Assert.Equal(1, Statistics.Percentile(values, 0));
        Assert.Equal(100, Statistics.Percentile(values, 1));
        Assert.True(double.IsNaN(Statistics.Percentile([], 0.5)));
    }

    [Fact]
    public void A_round_is_compared_with_the_pieces_on_both_sides_of_it()
    {
        var pieces = new Interleaved(2, 2);
        double[] ours = [10, 30, 50];
        ours.CopyTo(pieces.Ours, 0);
        ((double[])[40, 80]).CopyTo(pieces.Peers[0], 0);
        ((double[])[10, 160]).CopyTo(pieces.Peers[1], 0);
        Assert.Equal(0.5, pieces.OverPeer(0).Median);
        // Round 0: the better peer takes 10 where ours takes 20; round 1: 80 against 40.
        Assert.Equal(0.5, pieces.RateOverBestPeer().P10);
        Assert.Equal(2, pieces.RateOverBestPeer().P90);
    }

    [Fact]
    public void A_goal_is_met_by_the_median_only()
    {
        var row = new ComparisonRow("m", "o", "b", new Spread(1.1, 0.9, 3), "x", 1.15, AtMost: true);
        Assert.True(row.IsMet);
        Assert.False((row with { AtMost = false }).IsMet);
        Assert.Null((row with { Goal = null }).IsMet);
        Assert.Null((row with { Value = new Spread(double.NaN, double.NaN, double.NaN) }).IsMet);
    }
}
