using System.Diagnostics.Metrics;

namespace Urma.Net.Diagnostics;

/// <summary>
/// Reports this process's engines to <see cref="System.Diagnostics.Metrics"/>. The data path knows nothing of it: the
/// counters are there anyway, and a listener's thread adds them up when it asks.
/// </summary>
internal static class UrmaMeter
{
    private static readonly Meter Meter = Create();

    /// <summary>Makes the meter known to listeners; idempotent.</summary>
    public static void Start() => _ = Meter;

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
        foreach ((string provider, UrmaCounters counters) in OpenContexts.TotalsByProvider())
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
        [.. OpenContexts.TotalsByProvider().Select(t => Measure(select(t.Value), t.Key))];

    private static Measurement<long>[] Contexts() =>
        [.. OpenContexts.CountByProvider().Select(static c => Measure(c.Value, c.Key))];

    private static Measurement<long> Measure(long value, string provider) =>
        new(value, new KeyValuePair<string, object?>("urma.provider", provider));
}
