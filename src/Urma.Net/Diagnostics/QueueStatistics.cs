namespace Urma.Net;

/// <summary>A send queue (JFS or jetty) of an engine, as <see cref="UrmaStatistics"/> saw it.</summary>
/// <remarks>Immutable.</remarks>
public sealed class QueueStatistics
{
    private readonly LatencyHistogram[] _latencies;

    internal QueueStatistics(uint id, UrmaCounters counters, LatencyHistogram[] latencies)
    {
        Id = id;
        Counters = counters;
        _latencies = latencies;
    }

    /// <summary>Its number within the engine (<see cref="Jfs.Id"/>).</summary>
    public uint Id { get; }

    /// <summary>What it has done since it was made.</summary>
    public UrmaCounters Counters { get; }

    /// <summary>Most requests posted and not yet polled.</summary>
    public int Depth { get; internal init; }

    /// <summary>Requests that wait, or whose completion nobody has polled yet. Off by a few while it works.</summary>
    public int Outstanding { get; internal init; }

    /// <summary>
    /// The most <see cref="Outstanding"/> was: exact whenever requests had to wait or the queue was full, otherwise as seen at the operations that
    /// were timed.
    /// </summary>
    public int MaxOutstanding { get; internal init; }

    /// <summary>Requests that wait: for the target's receive, the engine's thread, a modelled link, or such before them. In <see cref="Outstanding"/>.</summary>
    public int Waiting { get; internal init; }

    /// <summary>For how long the first of them has been waiting for the target's receive or for credit, until now; zero when it is not.</summary>
    public TimeSpan StalledFor { get; internal init; }

    /// <summary>As <see cref="UrmaStatistics.Latency"/>, of this queue.</summary>
    /// <param name="operation">What; a queue makes no copies between global addresses.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such operation.</exception>
    public LatencyHistogram Latency(UrmaOperation operation) => Diagnostics.OperationTimes.Of(_latencies, operation);
}
