namespace Urma.Net.Tool.Perftest;

/// <summary>The middle of a set of measurements and where most of them lie.</summary>
/// <param name="Median">Half lie below.</param>
/// <param name="P10">A tenth lies below.</param>
/// <param name="P90">A tenth lies above.</param>
internal readonly record struct Spread(double Median, double P10, double P90);
