using System.Diagnostics.Tracing;

namespace Urma.Net.Diagnostics;

/// <summary>
/// The polled counters of the event source, made when it is first enabled. Never disposed, as the counters of the runtime itself:
/// the runtime stops asking them when the last listener goes.
/// </summary>
internal sealed class UrmaEventCounters
{
    private readonly EventSource _source;
    private readonly List<DiagnosticCounter> _counters = [];

    public UrmaEventCounters(EventSource source)
    {
        _source = source;
        AddRate("writes", "Writes", static c => c.Writes);
        AddRate("reads", "Reads", static c => c.Reads);
        AddRate("sends", "Messages Sent", static c => c.Sends);
        AddRate("atomics", "Atomics", static c => c.Atomics);
        AddRate("bytes", "Payload", static c => c.Bytes, "B");
        AddRate("errors", "Failed Operations", static c => c.Errors);
        AddRate("receiver-not-ready", "Receiver Not Ready", static c => c.ReceiverNotReady);
        AddRate("engine-operations", "Operations by Engine Threads", static c => c.EngineOperations);
        AddLevel("contexts", "Contexts Open", static () => OpenContexts.CountByProvider().Values.Sum());
        AddLevel("queues", "Send Queues Open", static () => Sum(static c => c.OpenQueues));
    }

    private void AddRate(string name, string title, Func<UrmaCounters, long> select, string unit = "") =>
        _counters.Add(new IncrementingPollingCounter(name, _source, () => Sum(select))
        {
            DisplayName = title,
            DisplayUnits = unit,
            DisplayRateTimeScale = TimeSpan.FromSeconds(1),
        });

    private void AddLevel(string name, string title, Func<double> read) => _counters.Add(new PollingCounter(name, _source, read) { DisplayName = title });

    private static double Sum(Func<UrmaCounters, long> select) => OpenContexts.TotalsByProvider().Values.Sum(select);
}
