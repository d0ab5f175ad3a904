using System.Diagnostics;

namespace Urma.Net.Diagnostics;

/// <summary>
/// The times of the last while, by provider, for percentiles that say how it is now. The same for all listeners, however often each asks:
/// what was timed since a reading that is 10 to 20 seconds old, or older where nobody asked in between. Thread-safe.
/// </summary>
internal static class RecentTimes
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);
    private static readonly Lock Gate = new();
    private static Dictionary<string, EngineTotals> Earlier = [];
    private static Dictionary<string, EngineTotals> Latest = [];
    private static long LatestAt;

    /// <summary>What was timed, by provider; in each by <see cref="UrmaOperation"/>.</summary>
    public static Dictionary<string, LatencyHistogram[]> ByProvider()
    {
        Dictionary<string, EngineTotals> now = OpenContexts.TotalsByProvider();
        lock (Gate)
        {
            if (LatestAt == 0 || Stopwatch.GetElapsedTime(LatestAt) >= Step)
            {
                Earlier = Latest;
                Latest = now;
                LatestAt = Stopwatch.GetTimestamp();
            }

            return now.ToDictionary(static t => t.Key, static t => Since(t.Value, Earlier.GetValueOrDefault(t.Key, EngineTotals.None)));
        }
    }

    private static LatencyHistogram[] Since(EngineTotals now, EngineTotals before) =>
        [.. now.Latencies.Zip(before.Latencies, static (n, b) => n.Since(b))];
}
