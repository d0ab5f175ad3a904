using System.Diagnostics.Metrics;

namespace Urma.Net.Diagnostics;

/// <summary>
/// Reports this process's engines to <see cref="System.Diagnostics.Metrics"/>. The data path knows nothing of it: the
/// counters are there anyway, and a listener's thread adds them up when it asks.
/// </summary>
internal static class UrmaMeter
{
    private static readonly Lock Gate = new();
    private static readonly List<UrmaContext> Live = [];

    // Totals must not fall when a context is closed.
    private static readonly Dictionary<string, UrmaCounters> Closed = [];
    private static readonly Meter Meter = Create();

    /// <summary>Begins to report an opened context.</summary>
    public static void Add(UrmaContext context)
    {
        lock (Gate)
        {
            Live.Add(context);
        }
    }

    /// <summary>Keeps what a closed context has counted; idempotent.</summary>
    public static void Retire(UrmaContext context)
    {
        lock (Gate)
        {
            if (Live.Remove(context))
            {
                string provider = context.Device.Provider.Name;
                Closed[provider] = Closed.GetValueOrDefault(provider).Plus(context.GetCounters()) with { OpenQueues = 0 };
            }
        }
    }

    private static Meter Create()
    {
        var meter = new Meter(UrmaDiagnostics.MeterName, typeof(UrmaMeter).Assembly.GetName().Version?.ToString(3));
        meter.CreateObservableCounter("urma.operations", Operations, "{operation}", "Operations completed or failed at their initiator.");
        meter.CreateObservableCounter("urma.io", () => PerProvider(static c => c.Bytes), "By", "Payload of writes, reads and sends.");
        meter.CreateObservableCounter("urma.errors", () => PerProvider(static c => c.Errors), "{operation}", "Operations that ended with another status than success.");
        meter.CreateObservableCounter("urma.receiver_not_ready", () => PerProvider(static c => c.ReceiverNotReady), "{event}", "Times a message found no receive posted.");
        meter.CreateObservableCounter("urma.engine.operations", () => PerProvider(static c => c.EngineOperations), "{operation}", "Operations carried out by an engine's own thread.");
        meter.CreateObservableUpDownCounter("urma.contexts", Contexts, "{context}", "Contexts open.");
        meter.CreateObservableUpDownCounter("urma.queues", () => PerProvider(static c => c.OpenQueues), "{queue}", "Send queues open.");
        return meter;
    }

    private static List<Measurement<long>> Operations()
    {
        List<Measurement<long>> all = [];
        foreach ((string provider, UrmaCounters counters) in Totals())
        {
            all.Add(Measure(counters.Writes, provider, "write"));
            all.Add(Measure(counters.Reads, provider, "read"));
            all.Add(Measure(counters.Sends, provider, "send"));
            all.Add(Measure(counters.Atomics, provider, "atomic"));
        }

        return all;
    }

    private static Measurement<long> Measure(long value, string provider, string operation) =>
        new(value, new("urma.provider", provider), new("urma.operation.name", operation));

    private static Measurement<long>[] PerProvider(Func<UrmaCounters, long> select) =>
        [.. Totals().Select(t => new Measurement<long>(select(t.Value), new KeyValuePair<string, object?>("urma.provider", t.Key)))];

    private static Measurement<long>[] Contexts()
    {
        lock (Gate)
        {
            return
            [
                .. Closed.Keys.Union(Live.Select(static c => c.Device.Provider.Name)).Select(static provider => new Measurement<long>(
                    Live.Count(c => c.Device.Provider.Name == provider), new KeyValuePair<string, object?>("urma.provider", provider))),
            ];
        }
    }

    private static Dictionary<string, UrmaCounters> Totals()
    {
        lock (Gate)
        {
            var totals = new Dictionary<string, UrmaCounters>(Closed);
            foreach (UrmaContext context in Live)
            {
                string provider = context.Device.Provider.Name;
                totals[provider] = totals.GetValueOrDefault(provider).Plus(context.GetCounters());
            }

            return totals;
        }
    }
}
