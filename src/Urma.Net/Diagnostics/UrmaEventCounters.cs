using System.Diagnostics.Tracing;

namespace Urma.Net.Diagnostics;

/// <summary>
/// The polled counters of the event source, made when it is first enabled. Never disposed, as the counters of the runtime itself:
/// the runtime stops asking them when the last listener goes.
/// </summary>
internal sealed class UrmaEventCounters
{
    private static readonly (string Name, double Percent)[] Percentiles = [("p50", 50), ("p99", 99)];

    private readonly EventSource _source;
    private readonly List<DiagnosticCounter> _counters = [];

    public UrmaEventCounters(EventSource source)
    {
        _source = source;
        AddRate("writes", "Writes", static c => c.Writes);
        AddRate("reads", "Reads", static c => c.Reads);
        AddRate("sends", "Messages Sent", static c => c.Sends);
        AddRate("atomics", "Atomics", static c => c.Atomics);
        AddRate("xcopies", "Copies between Global Addresses", static c => c.Xcopies);
        AddRate("awaited", "Awaited Operations Not Complete at Once", static c => c.Awaited);
        AddRate("bytes", "Payload", static c => c.Bytes, "B");
        AddRate("xcopy-bytes", "Copied between Global Addresses", static c => c.XcopyBytes, "B");
        AddRate("errors", "Failed Operations", static c => c.Errors);
        AddRate("receiver-not-ready", "Receiver Not Ready", static c => c.ReceiverNotReady);
        AddRate("receiver-not-ready-time", "Waiting for Receivers", static c => c.ReceiverNotReadyTime, "ns");
        AddRate("credit-stalls", "Message Channels without Credit", static c => c.CreditStalls);
        AddRate("credit-stall-time", "Waiting for Credit", static c => c.CreditStallTime, "ns");
        AddRate("engine-operations", "Operations by Engine Threads", static c => c.EngineOperations);
        AddRate("translation-misses", "Translations not in a Cache", static c => c.TranslationMisses);
        AddRate("ownership-waits", "Ownership Requests That Waited", static c => c.OwnershipWaits);
        AddLevel("contexts", "Contexts Open", static () => OpenContexts.Read().Contexts.Values.Sum());
        AddLevel("queues", "Send Queues Open", static () => Sum(static c => c.OpenQueues));
        AddLevel("outstanding", "Requests Outstanding", static () => Level(static t => t.Outstanding));
        AddLevel("waiting", "Requests Waiting", static () => Level(static t => t.Waiting));
        AddLevel("receives-outstanding", "Receives Outstanding", static () => Level(static t => t.Receives));
        AddLevel("peers", "Peers Connected", static () => Level(static t => t.Connected));
        AddLevel("peers-lost", "Peers Lost", static () => Level(static t => t.Lost));
        foreach (UrmaOperation operation in Enum.GetValues<UrmaOperation>())
        {
            foreach ((string name, double percent) in Percentiles)
            {
                AddLevel($"{OperationNames.Of(operation)}-{name}", $"{operation} Time {name.ToUpperInvariant()}", () => Percentile(operation, percent), "ns");
            }
        }
    }

    private void AddRate(string name, string title, Func<UrmaCounters, long> select, string unit = "") =>
        _counters.Add(new IncrementingPollingCounter(name, _source, () => Sum(select))
        {
            DisplayName = title,
            DisplayUnits = unit,
            DisplayRateTimeScale = TimeSpan.FromSeconds(1),
        });

    private void AddLevel(string name, string title, Func<double> read, string unit = "") =>
        _counters.Add(new PollingCounter(name, _source, read) { DisplayName = title, DisplayUnits = unit });

    private static double Sum(Func<UrmaCounters, long> select) => OpenContexts.Read().Totals.Values.Sum(t => select(t.Counters));

    private static double Level(Func<EngineTotals, long> select) => OpenContexts.Read().Totals.Values.Sum(select);

    // Of all providers together.
    private static double Percentile(UrmaOperation operation, double percent)
    {
        LatencyHistogram sum = default;
        foreach (LatencyHistogram[] times in RecentTimes.ByProvider().Values)
        {
            sum = sum.Plus(times[(int)operation]);
        }

        return sum.Percentile(percent);
    }
}
