namespace Urma.Net.Benchmarks.Check;

/// <summary>A measurement in the file.</summary>
/// <param name="Name">As <see cref="CheckedRatio.Name"/>.</param>
/// <param name="Over">As <see cref="CheckedRatio.Over"/>.</param>
/// <param name="Tolerance">How much slower is taken for the same: a tenth, or what the samples differ by where that is more.</param>
/// <param name="Samples">What each process found.</param>
internal sealed record BaselineRatio(string Name, string Over, double Tolerance, IReadOnlyList<double> Samples)
{
    /// <summary>The least tolerance: machines of one kind and days of one machine differ by some percent.</summary>
    public const double LeastTolerance = 0.1;

    /// <summary>The line for new samples.</summary>
    public static BaselineRatio Of(CheckedRatio ratio, IReadOnlyList<double> samples)
    {
        double spread = (Statistics.Percentile(samples, 0.9) - Statistics.Percentile(samples, 0.1)) / Statistics.Median(samples);
        return new BaselineRatio(ratio.Name, ratio.Over, Math.Max(LeastTolerance, Math.Round(spread, 2)), [.. samples.Select(static s => Math.Round(s, 4))]);
    }
}
