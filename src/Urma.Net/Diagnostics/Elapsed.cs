using System.Diagnostics;

namespace Urma.Net.Diagnostics;

/// <summary>
/// Times between timestamps in whole nanoseconds. Not by way of a <see cref="TimeSpan"/>, which knows steps of 100 ns only: an operation
/// of this library is often over in one.
/// </summary>
internal static class Elapsed
{
    /// <summary>What a step of <see cref="Stopwatch.GetTimestamp"/> takes.</summary>
    public static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    /// <summary>From one timestamp to another (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public static long Nanoseconds(long began, long ended) => (long)((ended - began) * NanosecondsPerTick);

    /// <summary>From a timestamp until now.</summary>
    public static long NanosecondsSince(long began) => Nanoseconds(began, Stopwatch.GetTimestamp());
}
