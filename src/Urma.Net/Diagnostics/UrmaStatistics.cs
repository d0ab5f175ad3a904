namespace Urma.Net;

/// <summary>
/// What an engine (an open context) has done and how it stands, read at one moment: counters, sampled latencies, queues, receive queues and
/// peers. From <see cref="UrmaContext.GetStatistics"/> for an engine of this process, from <see cref="UrmaDiagnostics.GetEngines(string, TimeSpan?)"/>
/// for those of others.
/// </summary>
/// <remarks>Immutable. While the engine works, the numbers are not of one instant.</remarks>
public sealed class UrmaStatistics
{
    /// <summary>
    /// One operation of a queue in so many is timed, on average; the gaps are random, so that no pattern of a program hides an operation. A
    /// power of two.
    /// </summary>
    public const int SampleInterval = 256;

    internal static readonly UrmaStatistics Empty = new(default, new LatencyHistogram[Diagnostics.StatisticsLayout.OperationCount], [], [], []);

    private readonly LatencyHistogram[] _latencies;

    internal UrmaStatistics(
        UrmaCounters counters, LatencyHistogram[] latencies, IReadOnlyList<QueueStatistics> queues, IReadOnlyList<ReceiveQueueStatistics> receiveQueues,
        IReadOnlyList<PeerStatistics> peers)
    {
        Counters = counters;
        _latencies = latencies;
        Queues = queues;
        ReceiveQueues = receiveQueues;
        Peers = peers;
    }

    /// <summary>When it was read, by the monotonic clock (<see cref="System.Diagnostics.Stopwatch.GetTimestamp"/>): for rates between two readings.</summary>
    public long Timestamp { get; } = System.Diagnostics.Stopwatch.GetTimestamp();

    /// <summary>All queues and threads together, those that are gone included. Never smaller than in an earlier reading, but for <see cref="UrmaCounters.OpenQueues"/>.</summary>
    public UrmaCounters Counters { get; }

    /// <summary>The send queues open now, in the order in which they were made or took the place of closed ones; at most 4,094.</summary>
    public IReadOnlyList<QueueStatistics> Queues { get; }

    /// <summary>The receive queues open now. Empty where the provider cannot see into them.</summary>
    public IReadOnlyList<ReceiveQueueStatistics> ReceiveQueues { get; }

    /// <summary>The engines it is or was connected to; of those lost, as many as there was room for (at most 1,024 altogether).</summary>
    public IReadOnlyList<PeerStatistics> Peers { get; }

    /// <summary>Requests posted whose completion nobody has polled yet, of all <see cref="Queues"/>.</summary>
    public long Outstanding => Queues.Sum(static q => (long)q.Outstanding);

    /// <summary>
    /// How long operations took, of one in <see cref="SampleInterval"/>, closed queues included.
    /// </summary>
    /// <remarks>
    /// Only what succeeded: a failure is early or flushed late, and says nothing about how long operations take. Write, read, send, atomic:
    /// from when the queue takes the request up until it has ended, before its completion is written; the time an unready receiver, the
    /// engine's thread or a modelled link takes is in it, and one reading of the clock (some 25 ns). Over providers with a device (UB, verbs)
    /// until the completion is polled, of requests that have one: nothing tells before. Messages that are carried out together count as one,
    /// timed to the end of the last. Xcopy: the call, where it makes one copy on the spot. Awaited: from when it was posted, or had to wait
    /// for that, until its completion is found, without the time until the awaiting code goes on.
    /// </remarks>
    /// <param name="operation">What.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such operation.</exception>
    public LatencyHistogram Latency(UrmaOperation operation) => Diagnostics.OperationTimes.Of(_latencies, operation);

    /// <summary>The same, once nothing is open any more.</summary>
    internal UrmaStatistics AfterClosing() =>
        new(Counters with { OpenQueues = 0 }, _latencies, [], [], Peers);
}
