using System.Diagnostics.Metrics;
using System.Globalization;

namespace Urma.Net.Diagnostics;

/// <summary>
/// Reports this process's engines to <see cref="System.Diagnostics.Metrics"/>; docs/observability.md has the table. The data path knows nothing
/// of it: the counters are there anyway, and a listener's thread adds them up when it asks.
/// </summary>
internal static class UrmaMeter
{
    private const string ProviderTag = "urma.provider";
    private const string BoundTag = "le";
    private const string OperationTag = "urma.operation.name";

    // Powers of two.
    private const int LeastBound = 4;
    private const int GreatestBound = 34;

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
        meter.CreateObservableCounter("urma.awaited.operations", static () => Count(static c => c.Awaited), "{operation}", "Awaited operations that did not complete at once.");
        meter.CreateObservableCounter("urma.io", static () => Count(static c => c.Bytes), "By", "Payload of writes, reads and sends.");
        meter.CreateObservableCounter("urma.xcopy.operations", static () => Count(static c => c.Xcopies), "{copy}", "Copies between global addresses.");
        meter.CreateObservableCounter("urma.xcopy.io", static () => Count(static c => c.XcopyBytes), "By", "Bytes copied between global addresses.");
        meter.CreateObservableCounter("urma.errors", static () => Count(static c => c.Errors), "{operation}", "Operations that ended with another status than success.");
        meter.CreateObservableCounter("urma.receiver_not_ready.count", static () => Count(static c => c.ReceiverNotReady), "{event}", "Times a message found no receive posted.");
        meter.CreateObservableCounter("urma.receiver_not_ready.wait_time", static () => Seconds(static c => c.ReceiverNotReadyTime), "s", "How long messages waited for a receive.");
        meter.CreateObservableCounter("urma.credit.stalls", static () => Count(static c => c.CreditStalls), "{event}", "Times a message channel had a message and no credit to send it.");
        meter.CreateObservableCounter("urma.credit.stall_time", static () => Seconds(static c => c.CreditStallTime), "s", "How long message channels waited for credit.");
        meter.CreateObservableCounter("urma.engine.operations", static () => Count(static c => c.EngineOperations), "{operation}", "Operations carried out by an engine's own thread.");
    }

    private static void AddTimes(Meter meter)
    {
        meter.CreateObservableCounter("urma.operation.samples", Samples, "{operation}", "Operations that were timed, one in 256, cumulative by how long they took at most.");
        meter.CreateObservableGauge("urma.operation.latency", Durations, "s", "Quantiles of how long operations took since an earlier reading, 10 seconds old at least.");
    }

    private static void AddLevels(Meter meter)
    {
        meter.CreateObservableUpDownCounter("urma.contexts", Contexts, "{context}", "Contexts open.");
        meter.CreateObservableUpDownCounter("urma.queues", static () => Count(static c => c.OpenQueues), "{queue}", "Send queues open.");
        meter.CreateObservableUpDownCounter("urma.queue.outstanding", static () => Level(static t => t.Outstanding), "{operation}", "Requests posted whose completion was not polled yet.");
        meter.CreateObservableGauge("urma.queue.max_outstanding", static () => Level(static t => t.MaxOutstanding), "{operation}", "The most requests outstanding in one of the open queues since it was made.");
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
        meter.CreateObservableCounter("urma.ownership.waits", static () => Buckets(static c => c.Waits), "{request}", "Ownership requests that waited, cumulative by how long at most.");
        meter.CreateObservableCounter("urma.ownership.holds", static () => Buckets(static c => c.Holds), "{scope}", "Scopes, one in sixteen, cumulative by how long they were open at most.");
    }

    private static List<Measurement<long>> Operations()
    {
        List<Measurement<long>> all = [];
        foreach ((string provider, EngineTotals totals) in OpenContexts.Read().Totals)
        {
            UrmaCounters counters = totals.Counters;
            all.Add(Measure(counters.Writes, provider, "write"));
            all.Add(Measure(counters.Reads, provider, "read"));
            all.Add(Measure(counters.Sends, provider, "send"));
            all.Add(Measure(counters.Atomics, provider, "atomic"));
        }

        return all;
    }

    // Observable instruments know no histograms, so each bucket is a counter with its upper bound.
    private static List<Measurement<long>> Samples()
    {
        List<Measurement<long>> all = [];
        foreach ((string provider, EngineTotals totals) in OpenContexts.Read().Totals)
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

    // As Prometheus has them: cumulative, by powers of two from 16 ns to 17 s, and all. The same always, so that they can be added up.
    private static void AddBuckets(List<Measurement<long>> all, in LatencyHistogram times, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        long count = times.Count;
        if (count == 0)
        {
            return;
        }

        ReadOnlySpan<long> buckets = times.Buckets;
        long below = 0;
        int power = LeastBound;
        for (int i = 0; power <= GreatestBound; i++)
        {
            if (LatencyHistogram.LowerBound(i) == 1L << power)
            {
                all.Add(new(below, [.. tags, new(BoundTag, ((1L << power) / 1e9).ToString(CultureInfo.InvariantCulture))]));
                power++;
            }

            below += buckets[i];
        }

        all.Add(new(count, [.. tags, new(BoundTag, "+Inf")]));
    }

    private static List<Measurement<long>> Peers()
    {
        List<Measurement<long>> all = [];
        foreach ((string provider, EngineTotals totals) in OpenContexts.Read().Totals)
        {
            all.Add(new(totals.Connected, new(ProviderTag, provider), new("urma.peer.state", "connected")));
            all.Add(new(totals.Lost, new(ProviderTag, provider), new("urma.peer.state", "lost")));
        }

        return all;
    }

    private static Measurement<long>[] Count(Func<UrmaCounters, long> select) =>
        [.. OpenContexts.Read().Totals.Select(t => Measure(select(t.Value.Counters), t.Key))];

    private static Measurement<double>[] Seconds(Func<UrmaCounters, long> select) =>
        [.. OpenContexts.Read().Totals.Select(t => new Measurement<double>(select(t.Value.Counters) / 1e9, new KeyValuePair<string, object?>(ProviderTag, t.Key)))];

    private static Measurement<long>[] Level(Func<EngineTotals, long> select) =>
        [.. OpenContexts.Read().Totals.Select(t => Measure(select(t.Value), t.Key))];

    private static Measurement<long>[] Translation(Func<TranslationCounters, long> select) =>
        [.. OpenContexts.Read().Translations.Select(t => Measure(select(t.Value), t.Key))];

    private static Measurement<long>[] Ownership(Func<OwnershipCounters, long> select) =>
        [.. OwnershipTotals.ByProvider().Select(t => Measure(select(t.Value), t.Key))];

    private static Measurement<long>[] SlowPeers() =>
        [.. OpenContexts.Read().SlowPeers.Select(static c => Measure(c.Value, c.Key))];

    private static Measurement<long>[] Contexts() =>
        [.. OpenContexts.Read().Contexts.Select(static c => Measure(c.Value, c.Key))];

    private static string NameOf(int operation) => OperationNames.Of((UrmaOperation)operation);

    private static Measurement<long> Measure(long value, string provider, string operation) =>
        new(value, new(ProviderTag, provider), new(OperationTag, operation));

    private static Measurement<long> Measure(long value, string provider) =>
        new(value, new KeyValuePair<string, object?>(ProviderTag, provider));
}
