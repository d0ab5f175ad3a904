namespace Urma.Net.Benchmarks.Check;

/// <summary>What is said of one measurement.</summary>
/// <param name="Before">The median of the file's samples; NaN without any.</param>
/// <param name="Now">The median of the present ones.</param>
/// <param name="Low">Now over before: the lower end of the interval.</param>
/// <param name="High">The upper end.</param>
/// <param name="Tolerance">How much slower is taken for the same, such as 0.1.</param>
/// <param name="Verdict">What follows.</param>
internal sealed record Judgement(double Before, double Now, double Low, double High, double Tolerance, Verdict Verdict)
{
    /// <summary>The bootstrap's interval holds this share of what it draws.</summary>
    public const double Confidence = 0.95;

    /// <summary>With fewer the bootstrap means nothing.</summary>
    public const int FewestSamples = 6;

    /// <summary>Compares two sets of samples.</summary>
    /// <param name="before">The file's, or null.</param>
    /// <param name="now">The present ones.</param>
    /// <param name="tolerance">Not negative.</param>
    public static Judgement Of(IReadOnlyList<double>? before, IReadOnlyList<double> now, double tolerance)
    {
        double medianBefore = Statistics.Median(before ?? []), medianNow = Statistics.Median(now);
        if (before is null || now.Count < FewestSamples)
        {
            return new Judgement(medianBefore, medianNow, double.NaN, double.NaN, tolerance, before is null ? Verdict.New : Verdict.NotMeasured);
        }

        (double low, double high) = Statistics.IntervalOfRatio(now, before, Confidence);
        Verdict verdict = low > 1 + tolerance ? Verdict.Loss
            : high < 1 / (1 + tolerance) ? Verdict.Gain
            : high <= 1 + tolerance ? Verdict.Same
            : Verdict.Unclear;
        return new Judgement(medianBefore, medianNow, low, high, tolerance, verdict);
    }
}
