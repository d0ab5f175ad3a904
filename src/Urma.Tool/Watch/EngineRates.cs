using System.Diagnostics;

namespace Urma.Net.Tool.Watch;

/// <summary>What an engine did between two looks at it, per second where that makes sense.</summary>
internal sealed class EngineRates
{
    public EngineRates(UrmaStatistics earlier, UrmaStatistics now)
    {
        Elapsed = Stopwatch.GetElapsedTime(earlier.Timestamp, now.Timestamp);
        Added = now.Counters.Since(earlier.Counters);
        Latency = [.. Enum.GetValues<UrmaOperation>().Select(operation => now.Latency(operation).Since(earlier.Latency(operation)))];
    }

    public TimeSpan Elapsed { get; }

    public UrmaCounters Added { get; }

    /// <summary>What was timed between the two, by <see cref="UrmaOperation"/>.</summary>
    public IReadOnlyList<LatencyHistogram> Latency { get; }

    /// <summary>All kinds that are not counted twice: awaited operations are in those of their kind.</summary>
    public LatencyHistogram AllLatency => Latency.Where(static (_, kind) => kind != (int)UrmaOperation.Awaited)
        .Aggregate(default(LatencyHistogram), static (sum, one) => sum.Plus(one));

    /// <summary>Writes, reads, sends, atomics and copies, per second.</summary>
    public double Operations => PerSecond(Added.Operations + Added.Xcopies);

    public double Bytes => PerSecond(Added.Bytes + Added.XcopyBytes);

    public double Errors => PerSecond(Added.Errors);

    /// <summary>Messages that found no receive, or no credit.</summary>
    public double Stalls => PerSecond(Added.ReceiverNotReady + Added.CreditStalls);

    public double PerSecond(long count) => Elapsed > TimeSpan.Zero ? count / Elapsed.TotalSeconds : 0;
}
