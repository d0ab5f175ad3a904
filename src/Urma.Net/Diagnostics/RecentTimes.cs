using System.Diagnostics;

namespace Urma.Net.Diagnostics;

/// <summary>
/// The times of the last while, by provider, for percentiles that say how it is now. The same for all listeners, however often each asks:
/// what was timed since a reading that is 10 seconds old at least, and not 20 where somebody asks every second; since the process began where
/// there is no such reading yet. Thread-safe.
/// </summary>
internal static class RecentTimes
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);
    private static readonly Lock Gate = new();

    // Two readings, the later one at least a step after the earlier.
    private static IReadOnlyDictionary<string, EngineTotals> Earlier = new Dictionary<string, EngineTotals>();
    private static IReadOnlyDictionary<string, EngineTotals> Later = new Dictionary<string, EngineTotals>();
    private static long LaterAt;

    // The answer to this reading.
    private static ProcessReading? Current;
    private static Dictionary<string, LatencyHistogram[]> Times = [];

    /// <summary>What was timed, by provider; in each by <see cref="UrmaOperation"/>. Not to be changed.</summary>
    public static Dictionary<string, LatencyHistogram[]> ByProvider()
    {
        ProcessReading now = OpenContexts.Read();
        lock (Gate)
        {
            if (now == Current)
            {
                return Times;
            }

            if (LaterAt == 0 || Stopwatch.GetElapsedTime(LaterAt) >= Step)
            {
                Earlier = Later;
                Later = now.Totals;
                LaterAt = Stopwatch.GetTimestamp();
            }

            Current = now;
            return Times = now.Totals.ToDictionary(static t => t.Key, static t => Since(t.Value, Earlier.GetValueOrDefault(t.Key, EngineTotals.None)));
        }
    }

    private static LatencyHistogram[] Since(EngineTotals now, EngineTotals before) =>
        [.. now.Latencies.Zip(before.Latencies, static (n, b) => n.Since(b))];
}
