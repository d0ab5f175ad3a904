namespace Urma.Net.Tool.Perftest;

/// <summary>Another way to do what a test does, measured in the same rounds.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Time">Nanoseconds per operation.</param>
/// <param name="Difference">How many nanoseconds more the test takes, inside each round.</param>
/// <param name="Speed">How many times faster the test is, inside each round.</param>
internal sealed record ReferenceResult(string Name, Spread Time, Spread Difference, Spread Speed)
{
    /// <summary>Forms differences and ratios inside the rounds.</summary>
    public static ReferenceResult Of(string name, double[] times, double[] reference) => new(
        name,
        Statistics.Spread(reference),
        Statistics.Spread(times.Zip(reference, static (own, other) => own - other)),
        Statistics.Spread(times.Zip(reference, static (own, other) => other / own)));
}
