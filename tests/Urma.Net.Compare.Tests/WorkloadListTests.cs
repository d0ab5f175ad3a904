using Urma.Net.Compare.Model;
using Urma.Net.Compare.Running;
using Urma.Net.Compare.Workloads;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Compare.Tests;

/// <summary>What must be true of every workload, whether it can be measured here or not.</summary>
public class WorkloadListTests
{
    public static TheoryData<bool> Modes => [true, false];

    [Theory]
    [MemberData(nameof(Modes))]
    public void Every_workload_is_complete(bool quick)
    {
        IReadOnlyList<Workload> workloads = All(quick);
        Assert.Equal(workloads.Count, workloads.Select(static workload => workload.Id).Distinct().Count());
        foreach (Workload workload in workloads)
        {
            Series[] series = [.. workload.Turns.SelectMany(static turn => turn.Series)];
            Assert.NotEmpty(workload.About);
            Assert.NotEmpty(workload.Unit);
            Assert.True(series.Length > 0, workload.Id);
            Assert.Equal(series.Length, series.Select(static one => one.Id).Distinct().Count());
            Assert.True(series.Count(static one => one.IsBaseline) <= 1, workload.Id);
            Assert.All(series.Where(static one => one.IsBaseline), static one => Assert.True(one.IsOurs));
            Assert.True(workload.Yardstick is null || series.Contains(workload.Yardstick), workload.Id);
            Assert.True(workload.Rounds >= 3, workload.Id);
            Assert.All(series.Where(static one => one.IsOurs), static one => Assert.Null(one.Why));
        }
    }

    // README is read in half a minute, and each of the chapters that have peers is in it.
    [Theory]
    [MemberData(nameof(Modes))]
    public void The_rows_for_readme_are_few_and_of_every_chapter_with_peers(bool quick)
    {
        IReadOnlyList<Workload> workloads = All(quick);
        Assert.InRange(workloads.Sum(static workload => workload.InBrief.Count), 20, 26);
        string[] chapters = [.. workloads.Where(static workload => workload.Turns.Any(static turn => turn.Series.Any(static one => !one.IsOurs))).Select(static workload => workload.Group).Distinct()];
        Assert.Empty(chapters.Except(workloads.Where(static workload => workload.InBrief.Count > 0).Select(static workload => workload.Group)));
        Assert.All(workloads, static workload => Assert.False(workload.InjectsFabric && workload.InBrief.Count > 0));
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void Ports_are_not_used_twice(bool quick)
    {
        string[] ports = [.. All(quick).SelectMany(static workload => workload.Turns).Select(static turn => turn.Command)
            .SelectMany(static command => System.Text.RegularExpressions.Regex.Matches(command, "-[pB] ([0-9]{5})").Select(static match => match.Groups[1].Value).Distinct())];
        Assert.Equal(ports.Length, ports.Distinct().Count());
    }

    [Theory]
    [InlineData(0.5, 2, 4 / 3.0)]
    [InlineData(1, 10, 10)]
    [InlineData(0, 10, 1)]
    public void The_model_of_a_whole_application(double share, double times, double speed) => Assert.Equal(speed, Tiers.Speed(share, times), 12);

    [Theory]
    [InlineData(0.1, 2)]
    [InlineData(0.3, 5.6)]
    [InlineData(0.5, 40)]
    public void The_share_needed_for_a_gain_gives_it(double gain, double times) => Assert.Equal(1 + gain, Tiers.Speed(Tiers.Share(gain, times), times), 12);

    [Fact]
    public void Shares_of_time_add_up_to_the_whole()
    {
        TimeSpan left = TimeSpan.FromMinutes(1);
        double[] weights = [2, 1, 0.5, 1.5];
        for (int i = 0; i < weights.Length; i++)
        {
            left -= Suite.Share(weights[i], weights[i..].Sum(), left);
        }

        Assert.True(left.Duration() < TimeSpan.FromMilliseconds(1), $"{left}");
    }

    private static IReadOnlyList<Workload> All(bool quick) => WorkloadList.Create(new Bench(new Suite(quick), "urma", "native", "suite", new ProcessorPair(0, 1)) { ToolAheadOfTime = "urma-aot" });
}
