using System.Diagnostics.Metrics;

namespace Urma.Net.Diagnostics;

/// <summary>
/// Reports this process's engines to <see cref="System.Diagnostics.Metrics"/>; docs/observability.md has the table. The data path knows nothing
/// of it: the counters are there anyway, and a listener's thread adds them up when it asks.
/// </summary>
internal static class UrmaMeter
{
    private const string ProviderTag = "urma.provider";
    private const string OperationTag = "urma.operation.name";

    private static readonly double[] Quantiles = [0.5, 0.9, 0.99, 0.999];

    private static readonly Meter Meter = Create();

    /// <summary>Makes the meter known to listeners; idempotent.</summary>
    public static void Start() => _ = Meter;

    private static Meter Create()
    {
        var meter = new Meter(UrmaDiagnostics.MeterName, typeof(UrmaMeter).Assembly.GetName().Version?.ToString(3));
        AddCounters(meter);
        AddTimes(meter);
        AddLevels(meter);
        AddTranslation(meter);
        AddOwnership(meter);
        return meter;
    }

    private static void AddCounters(Meter meter)
    {
        meter.CreateObservableCounter("urma.operations", Operations, "{operation}", "Operations completed or failed at their initiator.");
        meter.CreateObservableCounter("urma.operations.awaited", static () => Count(static c => c.Awaited), "{operation}", "Awaited operations that did not complete at once.");
        meter.CreateObservableCounter("urma.io", static () => Count(static c => c.Bytes), "By", "Payload of writes, reads and sends.");
        meter.CreateObservableCounter("urma.xcopy.io", static () => Count(static c => c.XcopyBytes), "By", "Bytes copied between global addresses.");
        meter.CreateObservableCounter("urma.errors", static () => Count(static c => c.Errors), "{operation}", "Operations that ended with another status than success.");
        meter.CreateObservableCounter("urma.receiver_not_ready", static () => Count(static c => c.ReceiverNotReady), "{event}", "Times a message found no receive posted.");
        meter.CreateObservableCounter("urma.receiver_not_ready.time", static () => Seconds(static c => c.ReceiverNotReadyTime), "s", "How long messages waited for a receive.");
        meter.CreateObservableCounter("urma.credit.stalls", static () => Count(static c => c.CreditStalls), "{event}", "Times a message channel had a message and no credit to send it.");
        meter.CreateObservableCounter("urma.credit.stall_time", static () => Seconds(static c => c.CreditStallTime), "s", "How long message channels waited for credit.");
        meter.CreateObservableCounter("urma.engine.operations", static () => Count(static c => c.EngineOperations), "{operation}", "Operations carried out by an engine's own thread.");
    }

    private static void AddTimes(Meter meter)
    {
        meter.CreateObservableCounter("urma.operation.samples", Samples, "{operation}", "Operations that were timed, one in 256, by the time's lower bound.");
        meter.CreateObservableGauge("urma.operation.duration", Durations, "s", "Quantiles of how long operations took in the last 10 to 20 seconds.");
    }

    private static void AddLevels(Meter meter)
    {
        meter.CreateObservableUpDownCounter("urma.contexts", Contexts, "{context}", "Contexts open.");
        meter.CreateObservableUpDownCounter("urma.queues", static () => Count(static c => c.OpenQueues), "{queue}", "Send queues open.");
        meter.CreateObservableUpDownCounter("urma.queue.outstanding", static () => Level(static t => t.Outstanding), "{operation}", "Requests posted whose completion was not polled yet.");
        meter.CreateObservableGauge("urma.queue.outstanding.max", static () => Level(static t => t.MaxOutstanding), "{operation}", "The most requests outstanding in one of the open queues since it was made.");
        meter.CreateObservableUpDownCounter("urma.queue.waiting", static () => Level(static t => t.Waiting), "{operation}", "Requests that wait for a receive, the engine's thread or a modelled link.");
        meter.CreateObservableUpDownCounter("urma.receive_queue.outstanding", static () => Level(static t => t.Receives), "{receive}", "Receives posted whose completion was not polled yet.");
        meter.CreateObservableUpDownCounter("urma.receive_queue.lanes", static () => Level(static t => t.Lanes), "{lane}", "Ways of senders into receive queues.");
        meter.CreateObservableUpDownCounter("urma.peers", Peers, "{peer}", "Peers of the open contexts, by their state.");
        meter.CreateObservableUpDownCounter("urma.peers.slow", SlowPeers, "{peer}", "Peers that are slow, in contexts that look for it.");
    }

    private static void AddTranslation(Meter meter)
    {
        meter.CreateObservableCounter("urma.translation.hits", static () => Translation(static c => c.Hits), "{translation}", "Global addresses translated out of a thread's cache.");
        meter.CreateObservableCounter("urma.translation.misses", static () => Translation(static c => c.Misses), "{translation}", "Global addresses that had to be looked up in the table.");
        meter.CreateObservableCounter("urma.translation.evictions", static () => Translation(static c => c.Evictions), "{translation}", "Cached translations that made room for others.");
        meter.CreateObservableCounter("urma.translation.faults", static () => Translation(static c => c.Faults), "{translation}", "Global addresses that led nowhere or were not permitted.");
    }

    private static void AddOwnership(Meter meter)
    {
        meter.CreateObservableCounter("urma.ownership.switches", static () => Ownership(static c => c.Switches), "{granule}", "Granules whose ownership was changed.");
        meter.CreateObservableCounter("urma.ownership.rounds", static () => Ownership(static c => c.Rounds), "{round}", "Protocol rounds of ownership changes.");
        meter.CreateObservableCounter("urma.ownership.changes", static () => Ownership(static c => c.Changes), "{change}", "Ownership changes asked for.");
        meter.CreateObservableCounter("urma.ownership.coalesced", static () => Ownership(static c => c.Coalesced), "{change}", "Ownership changes that needed no work of their own.");
        meter.CreateObservableCounter("urma.ownership.timeouts", static () => Ownership(static c => c.Timeouts), "{request}", "Ownership requests whose time was over.");
        meter.CreateObservableCounter("urma.ownership.waits", static () => Buckets(static c => c.Waits), "{request}", "Ownership requests that waited, by the time's lower bound.");
        meter.CreateObservableCounter("urma.ownership.holds", static () => Buckets(static c => c.Holds), "{scope}", "Scopes, one in sixteen, by the lower bound of how long they were open.");
    }

    private static List<Measurement<long>> Operations()
    {
        List<Measurement<long>> all = [];
        foreach ((string provider, UrmaCounters counters) in OpenContexts.CountersByProvider())
        {
            all.Add(Measure(counters.Writes, provider, "write"));
            all.Add(Measure(counters.Reads, provider, "read"));
            all.Add(Measure(counters.Sends, provider, "send"));
            all.Add(Measure(counters.Atomics, provider, "atomic"));
            all.Add(Measure(counters.Xcopies, provider, "xcopy"));
        }

        return all;
    }

    // Observable instruments know no histograms, so each bucket is a counter with its bound.
    private static List<Measurement<long>> Samples()
    {
        List<Measurement<long>> all = [];
        foreach ((string provider, EngineTotals totals) in OpenContexts.TotalsByProvider())
        {
            for (int i = 0; i < totals.Latencies.Length; i++)
            {
                AddBuckets(all, totals.Latencies[i], new(ProviderTag, provider), new(OperationTag, NameOf(i)));
            }
        }

        return all;
    }

    private static List<Measurement<double>> Durations()
    {
        List<Measurement<double>> all = [];
        foreach ((string provider, LatencyHistogram[] times) in RecentTimes.ByProvider())
        {
            for (int i = 0; i < times.Length; i++)
            {
                LatencyHistogram one = times[i];
                if (one.Count != 0)
                {
                    all.AddRange(Quantiles.Select(q => new Measurement<double>(
                        one.Percentile(q * 100) / 1e9, new(ProviderTag, provider), new(OperationTag, NameOf(i)), new("urma.quantile", q))));
                }
            }
        }

        return all;
    }

    private static List<Measurement<long>> Buckets(Func<OwnershipCounters, LatencyHistogram> select)
    {
        List<Measurement<long>> all = [];
        foreach ((string provider, OwnershipCounters counters) in OwnershipTotals.ByProvider())
        {
            AddBuckets(all, select(counters), new KeyValuePair<string, object?>(ProviderTag, provider));
        }

        return all;
    }

    private static void AddBuckets(List<Measurement<long>> all, in LatencyHistogram times, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        ReadOnlySpan<long> buckets = times.Buckets;
        for (int i = 0; i < buckets.Length; i++)
        {
            if (buckets[i] != 0)
            {
                all.Add(new(buckets[i], [.. tags, new("urma.ns_from", LatencyHistogram.LowerBound(i))]));
            }
        }
    }

    private static List<Measurement<long>> Peers()
    {
        List<Measurement<long>> all = [];
        foreach ((string provider, EngineTotals totals) in OpenContexts.TotalsByProvider())
        {
            all.Add(new(totals.Connected, new(ProviderTag, provider), new("urma.peer.state", "connected")));
            all.Add(new(totals.Lost, new(ProviderTag, provider), new("urma.peer.state", "lost")));
        }

        return all;
    }

    private static Measurement<long>[] Count(Func<UrmaCounters, long> select) =>
        [.. OpenContexts.CountersByProvider().Select(t => Measure(select(t.Value), t.Key))];

    private static Measurement<double>[] Seconds(Func<UrmaCounters, long> select) =>
        [.. OpenContexts.CountersByProvider().Select(t => new Measurement<double>(select(t.Value) / 1e9, new KeyValuePair<string, object?>(ProviderTag, t.Key)))];

    private static Measurement<long>[] Level(Func<EngineTotals, long> select) =>
        [.. OpenContexts.TotalsByProvider().Select(t => Measure(select(t.Value), t.Key))];

    private static Measurement<long>[] Translation(Func<TranslationCounters, long> select) =>
        [.. OpenContexts.TranslationsByProvider().Select(t => Measure(select(t.Value), t.Key))];

    private static Measurement<long>[] Ownership(Func<OwnershipCounters, long> select) =>
        [.. OwnershipTotals.ByProvider().Select(t => Measure(select(t.Value), t.Key))];

    private static Measurement<long>[] SlowPeers() =>
        [.. OpenContexts.SlowPeersByProvider().Select(static c => Measure(c.Value, c.Key))];

    private static Measurement<long>[] Contexts() =>
        [.. OpenContexts.CountByProvider().Select(static c => Measure(c.Value, c.Key))];

    private static string NameOf(int operation) => OperationNames.Of((UrmaOperation)operation);

    private static Measurement<long> Measure(long value, string provider, string operation) =>
        new(value, new(ProviderTag, provider), new(OperationTag, operation));

    private static Measurement<long> Measure(long value, string provider) =>
        new(value, new KeyValuePair<string, object?>(ProviderTag, provider));
}
