using System.Globalization;
using System.Text.Json.Nodes;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Watch;

/// <summary>What <c>urma stats --json</c> prints; docs/observability.md describes it.</summary>
internal static class StatsJson
{
    private static readonly double[] Percentiles = [50, 90, 99, 99.9];

    public static JsonObject Make(IReadOnlyList<EngineRow> rows, DateTimeOffset taken) => new()
    {
        ["schema"] = 1,
        ["taken"] = Time(taken),
        ["sample_interval"] = UrmaStatistics.SampleInterval,
        ["engines"] = new JsonArray([.. rows.Select(Engine)]),
    };

    private static JsonObject Engine(EngineRow row)
    {
        UrmaEngineInfo info = row.Reading.Info;
        UrmaStatistics? statistics = info.Statistics;
        return new JsonObject
        {
            ["device"] = row.Reading.Device,
            ["eid"] = info.Eid.ToString(),
            ["uasid"] = info.Uasid,
            ["process"] = info.ProcessId == 0 ? null : info.ProcessId,
            ["label"] = info.Label,
            ["fabric_model"] = info.FabricModel,
            ["trouble"] = info.Trouble,
            ["counters"] = statistics is null ? null : Counters(statistics.Counters, static count => JsonValue.Create(count)),
            ["rates"] = row.Rates is { } rates ? Counters(rates.Added, count => PerftestJson.Number(rates.PerSecond(count))) : null,
            ["rates_over_s"] = row.Rates is { } over ? PerftestJson.Number(over.Elapsed.TotalSeconds) : null,
            ["latency_ns"] = statistics is null ? null : Latencies(statistics.Latency),
            ["recent_latency_ns"] = row.Rates is { } recent ? Latencies(operation => recent.Latency[(int)operation]) : null,
            ["open_queues"] = statistics?.Counters.OpenQueues,
            ["outstanding"] = statistics?.Outstanding,
            ["queues"] = Array(statistics?.Queues, Queue),
            ["receive_queues"] = Array(statistics?.ReceiveQueues, ReceiveQueue),
            ["peers"] = Array(statistics?.Peers, Peer),
        };
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static JsonArray? Array<T>(IReadOnlyList<T>? items, Func<T, JsonObject> make) => items is null ? null : new JsonArray([.. items.Select(make)]);

    private static JsonObject Counters(in UrmaCounters counters, Func<long, JsonNode?> number)
    {
        var all = new JsonObject();
        foreach ((string name, long count) in Named(counters))
        {
            all[name] = number(count);
        }

        return all;
    }

    private static (string Name, long Count)[] Named(in UrmaCounters counters) =>
    [
        ("writes", counters.Writes),
        ("reads", counters.Reads),
        ("sends", counters.Sends),
        ("atomics", counters.Atomics),
        ("xcopies", counters.Xcopies),
        ("awaited", counters.Awaited),
        ("bytes", counters.Bytes),
        ("xcopy_bytes", counters.XcopyBytes),
        ("errors", counters.Errors),
        ("receiver_not_ready", counters.ReceiverNotReady),
        ("receiver_not_ready_ns", counters.ReceiverNotReadyTime),
        ("credit_stalls", counters.CreditStalls),
        ("credit_stall_ns", counters.CreditStallTime),
        ("engine_operations", counters.EngineOperations),
        ("translation_misses", counters.TranslationMisses),
        ("translation_evictions", counters.TranslationEvictions),
        ("translation_faults", counters.TranslationFaults),
        ("ownership_waits", counters.OwnershipWaits),
        ("ownership_wait_ns", counters.OwnershipWaitTime),
    ];

    private static JsonObject Latencies(Func<UrmaOperation, LatencyHistogram> select)
    {
        var all = new JsonObject();
        foreach (UrmaOperation operation in Enum.GetValues<UrmaOperation>())
        {
            LatencyHistogram times = select(operation);
            if (times.Count != 0)
            {
                all[operation.ToString().ToLowerInvariant()] = Latency(times);
            }
        }

        return all;
    }

    private static JsonObject Latency(in LatencyHistogram times)
    {
        var one = new JsonObject { ["samples"] = times.Count, ["mean"] = PerftestJson.Number(times.MeanNanoseconds) };
        foreach (double percent in Percentiles)
        {
            one[$"p{percent:0.#}".Replace(".", string.Empty, StringComparison.Ordinal)] = PerftestJson.Number(times.Percentile(percent));
        }

        return one;
    }

    private static JsonObject Queue(QueueStatistics queue) => new()
    {
        ["id"] = queue.Id,
        ["depth"] = queue.Depth,
        ["outstanding"] = queue.Outstanding,
        ["max_outstanding"] = queue.MaxOutstanding,
        ["waiting"] = queue.Waiting,
        ["stalled_ns"] = (long)queue.StalledFor.TotalNanoseconds,
        ["counters"] = Counters(queue.Counters, static count => JsonValue.Create(count)),
        ["latency_ns"] = Latencies(queue.Latency),
    };

    private static JsonObject ReceiveQueue(ReceiveQueueStatistics queue) => new()
    {
        ["id"] = queue.Id,
        ["depth"] = queue.Depth,
        ["outstanding"] = queue.Outstanding,
        ["received"] = queue.Received,
        ["lanes"] = queue.Lanes,
    };

    private static JsonObject Peer(PeerStatistics peer) => new()
    {
        ["eid"] = peer.Eid.ToString(),
        ["uasid"] = peer.Uasid,
        ["process"] = peer.ProcessId == 0 ? null : peer.ProcessId,
        ["label"] = peer.Label,
        ["state"] = peer.State == PeerState.Lost ? "lost" : "connected",
        ["connected_at"] = Time(peer.ConnectedAt),
        ["lost_at"] = peer.LostAt is { } lost ? Time(lost) : null,
        ["latency_ns"] = peer.Latency.Count == 0 ? null : Latency(peer.Latency),
    };
}
