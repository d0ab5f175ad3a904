namespace Urma.Net.Tool.Perftest;

/// <summary>Order statistics of measurements.</summary>
internal static class Statistics
{
    /// <summary>The value below which a share of the values lies (nearest rank). The values must be sorted.</summary>
    public static double Percentile(ReadOnlySpan<double> sorted, double share) =>
        sorted.IsEmpty ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0
            ? double.NaN
            : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Median, 10th and 90th percentile.</summary>
    public static Spread Spread(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Spread(Median(sorted), Percentile(sorted, 0.10), Percentile(sorted, 0.90));
    }

    public static double StandardDeviation(ReadOnlySpan<double> values)
    {
        double sum = 0, squares = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        double mean = sum / values.Length;
        foreach (double value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return values.IsEmpty ? double.NaN : Math.Sqrt(squares / values.Length);
    }
}
