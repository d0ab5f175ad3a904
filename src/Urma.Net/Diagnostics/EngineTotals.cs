namespace Urma.Net.Diagnostics;

/// <summary>What all engines of a provider in this process have done and how they stand. Immutable.</summary>
/// <param name="Counters">Everything counted.</param>
/// <param name="Latencies">Everything timed, by <see cref="UrmaOperation"/>.</param>
internal sealed record EngineTotals(UrmaCounters Counters, LatencyHistogram[] Latencies)
{
    public static readonly EngineTotals None = new(default, new LatencyHistogram[StatisticsLayout.OperationCount]);

    /// <summary>Requests posted and not polled yet.</summary>
    public long Outstanding { get; init; }

    /// <summary>The most of one queue.</summary>
    public long MaxOutstanding { get; init; }

    /// <summary>Requests in backlogs.</summary>
    public long Waiting { get; init; }

    /// <summary>Receives posted and not polled yet.</summary>
    public long Receives { get; init; }

    /// <summary>Senders' ways into receive queues.</summary>
    public long Lanes { get; init; }

    /// <summary>Peers that are there.</summary>
    public long Connected { get; init; }

    /// <summary>Peers that are lost, of those still known.</summary>
    public long Lost { get; init; }

    /// <summary>With another engine's.</summary>
    public EngineTotals Plus(UrmaStatistics engine) => new(Counters.Plus(engine.Counters), PlusTimes(engine))
    {
        Outstanding = Outstanding + engine.Outstanding,
        MaxOutstanding = Math.Max(MaxOutstanding, engine.Queues.Select(static q => q.MaxOutstanding).DefaultIfEmpty().Max()),
        Waiting = Waiting + engine.Queues.Sum(static q => (long)q.Waiting),
        Receives = Receives + engine.ReceiveQueues.Sum(static q => (long)q.Outstanding),
        Lanes = Lanes + engine.ReceiveQueues.Sum(static q => (long)q.Lanes),
        Connected = Connected + engine.Peers.Count(static p => p.State == PeerState.Connected),
        Lost = Lost + engine.Peers.Count(static p => p.State == PeerState.Lost),
    };

    /// <summary>What stays when the engines are closed.</summary>
    public EngineTotals OfClosed() => new(Counters with { OpenQueues = 0 }, Latencies);

    private LatencyHistogram[] PlusTimes(UrmaStatistics engine)
    {
        var sums = new LatencyHistogram[Latencies.Length];
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = Latencies[i].Plus(engine.Latency((UrmaOperation)i));
        }

        return sums;
    }
}
