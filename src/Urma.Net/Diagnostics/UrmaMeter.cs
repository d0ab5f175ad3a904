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
        meter.CreateObservableCounter("urma.translation.hits", static () => Translation(static c => c.Hits), "{translation}", "Global addresses translated out of a thread's cache.");
        meter.CreateObservableCounter("urma.translation.misses", static () => Translation(static c => c.Misses), "{translation}", "Global addresses that had to be looked up in the table.");
        meter.CreateObservableCounter("urma.translation.evictions", static () => Translation(static c => c.Evictions), "{translation}", "Cached translations that made room for others.");
        meter.CreateObservableCounter("urma.translation.faults", static () => Translation(static c => c.Faults), "{translation}", "Global addresses that led nowhere or were not permitted.");
        meter.CreateObservableCounter("urma.ownership.switches", static () => Ownership(static c => c.Switches), "{granule}", "Granules whose ownership was changed.");
        meter.CreateObservableCounter("urma.ownership.rounds", static () => Ownership(static c => c.Rounds), "{round}", "Protocol rounds of ownership changes.");
        meter.CreateObservableCounter("urma.ownership.changes", static () => Ownership(static c => c.Changes), "{change}", "Ownership changes asked for.");
        meter.CreateObservableCounter("urma.ownership.coalesced", static () => Ownership(static c => c.Coalesced), "{change}", "Ownership changes that needed no work of their own.");
        meter.CreateObservableCounter("urma.ownership.timeouts", static () => Ownership(static c => c.Timeouts), "{request}", "Ownership requests whose time was over.");
        meter.CreateObservableCounter("urma.ownership.waits", static () => Buckets(static c => c.Waits), "{request}", "Ownership requests that waited, by the time's lower bound.");
        meter.CreateObservableCounter("urma.ownership.holds", static () => Buckets(static c => c.Holds), "{scope}", "Scopes, one in sixteen, by the lower bound of how long they were open.");
        return meter;
    }

    // Observable instruments know no histograms, so each bucket is a counter with its bound.
    private static List<Measurement<long>> Buckets(Func<OwnershipCounters, LatencyHistogram> select)
    {
        List<Measurement<long>> all = [];
        foreach ((string provider, OwnershipCounters counters) in OwnershipTotals.ByProvider())
        {
            LatencyHistogram times = select(counters);
            ReadOnlySpan<long> buckets = times.Buckets;
            for (int i = 0; i < buckets.Length; i++)
            {
                if (buckets[i] != 0)
                {
                    all.Add(new(buckets[i], new("urma.provider", provider), new("urma.ns_from", LatencyHistogram.LowerBound(i))));
                }
            }
        }

        return all;
    }

    private static Measurement<long>[] Ownership(Func<OwnershipCounters, long> select) =>
        [.. OwnershipTotals.ByProvider().Select(t => Measure(select(t.Value), t.Key))];

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

    private static Measurement<long>[] Translation(Func<TranslationCounters, long> select) =>
        [.. OpenContexts.TranslationsByProvider().Select(t => Measure(select(t.Value), t.Key))];

    private static Measurement<long>[] Contexts() =>
        [.. OpenContexts.CountByProvider().Select(static c => Measure(c.Value, c.Key))];

    private static Measurement<long> Measure(long value, string provider) =>
        new(value, new KeyValuePair<string, object?>("urma.provider", provider));
}
