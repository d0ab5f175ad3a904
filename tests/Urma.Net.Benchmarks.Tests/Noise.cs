namespace Urma.Net.Benchmarks.Tests;

/// <summary>Samples as a machine makes them: around a value, and now and then far above it.</summary>
/// <param name="seed">The same seed makes the same samples.</param>
/// <param name="deviation">Of the ordinary ones, as a share of the value.</param>
/// <param name="outliers">The share of samples that are half as much again.</param>
internal sealed class Noise(int seed, double deviation, double outliers = 0.1)
{
    private readonly Random _random = new(seed);

    public List<double> Around(double value, int count) => [.. Enumerable.Range(0, count).Select(_ => value * Factor())];

    private double Factor()
    {
        double ordinary = Math.Exp(deviation * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()));
        return _random.NextDouble() < outliers ? 1.5 * ordinary : ordinary;
    }
}
