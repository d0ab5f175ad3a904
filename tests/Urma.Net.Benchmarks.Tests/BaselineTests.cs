using Urma.Net.Benchmarks.Check;

namespace Urma.Net.Benchmarks.Tests;

/// <summary>The file of <c>bench-check</c>.</summary>
public class BaselineTests
{
    private static readonly CheckedRatio First = CheckedRatio.All[0];
    private static readonly CheckedRatio Second = CheckedRatio.All[1];

    [Fact]
    public void What_is_written_is_read_again()
    {
        string file = Path.GetTempFileName();
        try
        {
            Baseline written = Baseline.OfThisMachine.With(Samples(First, 10));
            written.Save(file);
            Baseline read = Baseline.Load(file);
            Assert.Equal(written.Processor, read.Processor);
            Assert.Equal(written.Find(First)!.Samples, read.Find(First)!.Samples);
            Assert.Null(read.Find(Second));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Measurements_that_were_left_out_keep_their_lines()
    {
        Baseline both = Baseline.OfThisMachine.With(Samples(First, 10)).With(Samples(Second, 20));
        Assert.Equal(10, Statistics.Median(both.Find(First)!.Samples));
        Assert.Equal(20, Statistics.Median(both.Find(Second)!.Samples));
    }

    [Fact]
    public void Lines_of_another_kind_of_processor_are_dropped()
    {
        Baseline foreign = Baseline.OfThisMachine.With(Samples(First, 10)) with { Processor = "another" };
        Assert.Null(foreign.With(Samples(Second, 20)).Find(First));
    }

    [Fact]
    public void Noisy_measurements_get_a_tolerance_that_fits_them()
    {
        Assert.Equal(BaselineRatio.LeastTolerance, BaselineRatio.Of(First, [10, 10.1, 10.2, 10.1, 10]).Tolerance);
        Assert.Equal(0.4, BaselineRatio.Of(First, [8, 9, 10, 11, 12]).Tolerance);
    }

    [Fact]
    public void Everything_that_is_watched_is_a_benchmark_or_a_command() => Assert.All(CheckedRatio.All.Where(static r => !r.IsOfTool), static ratio =>
    {
        Assert.Contains(ratio.Name, ExpectedAllocations.Benchmarks().Keys);
        Assert.Contains(ratio.Over, ExpectedAllocations.Benchmarks().Keys);
    });

    private static Dictionary<CheckedRatio, List<double>> Samples(CheckedRatio ratio, double value) =>
        new() { [ratio] = [value, value, value, value, value, value] };
}
