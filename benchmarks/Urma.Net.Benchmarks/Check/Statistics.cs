namespace Urma.Net.Benchmarks.Check;

/// <summary>Order statistics, and what can be said about two sets of them.</summary>
internal static class Statistics
{
    private const int Resamples = 1000;

    public static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values];
        return Loop.Median.InPlace(sorted);
    }

    /// <summary>The value below which a share of the values lies (nearest rank).</summary>
    public static double Percentile(IReadOnlyCollection<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    /// <summary>
    /// The bootstrap's percentile interval of median(<paramref name="now"/>) / median(<paramref name="before"/>): both sets are drawn again, with
    /// replacement, a thousand times.
    /// </summary>
    /// <param name="now">Positive numbers, each independent of the others.</param>
    /// <param name="before">The same.</param>
    /// <param name="confidence">The share of draws inside, such as 0.95.</param>
    /// <returns>The same for the same numbers, always.</returns>
    public static (double Low, double High) IntervalOfRatio(IReadOnlyList<double> now, IReadOnlyList<double> before, double confidence)
    {
        // A verdict that can be repeated from the numbers in the file.
        var random = new Random(HashCode(now) ^ HashCode(before));
        var ratios = new double[Resamples];
        var drawnNow = new double[now.Count];
        var drawnBefore = new double[before.Count];
        for (int i = 0; i < Resamples; i++)
        {
            ratios[i] = Drawn(now, drawnNow, random) / Drawn(before, drawnBefore, random);
        }

        double outside = (1 - confidence) / 2;
        return (Percentile(ratios, outside), Percentile(ratios, 1 - outside));
    }

    private static double Drawn(IReadOnlyList<double> values, double[] drawn, Random random)
    {
        for (int i = 0; i < drawn.Length; i++)
        {
            drawn[i] = values[random.Next(values.Count)];
        }

        return Loop.Median.InPlace(drawn);
    }

    // Not System.HashCode, which differs from process to process.
    private static int HashCode(IReadOnlyList<double> values)
    {
        ulong hash = 14695981039346656037;
        foreach (double value in values)
        {
            hash = (hash ^ BitConverter.DoubleToUInt64Bits(value)) * 1099511628211;
        }

        return (int)(hash ^ (hash >> 32));
    }
}
