using Urma.Net.Diagnostics;

namespace Urma.Net.Tool.Watch;

/// <summary>Engines over several looks: what they did in between, and which of their peers became slow. Not thread-safe.</summary>
internal sealed class EngineHistory(SlowPeerOptions slowPeers)
{
    private readonly Dictionary<EngineKey, (UrmaStatistics Statistics, string? Label)> _last = [];
    private readonly Dictionary<EngineKey, SlowPeerDetector<(Eid Eid, uint Uasid, DateTimeOffset ConnectedAt)>> _detectors = [];

    /// <summary>Takes a look at all engines; those that are not in it are forgotten.</summary>
    public IReadOnlyList<EngineRow> Add(IReadOnlyList<EngineReading> readings, DateTimeOffset now)
    {
        var keys = readings.Select(static reading => reading.Key).ToHashSet();
        foreach (EngineKey gone in _last.Keys.Where(key => !keys.Contains(key)).ToArray())
        {
            _last.Remove(gone);
            _detectors.Remove(gone);
        }

        return [.. readings.Select(reading => Add(reading, now))];
    }

    private EngineRow Add(EngineReading reading, DateTimeOffset now)
    {
        (UrmaStatistics? earlier, string? label) = _last.GetValueOrDefault(reading.Key);
        label = reading.Info.Label ?? label;
        if (reading.Info.Statistics is not { } statistics)
        {
            return new EngineRow(reading, label, earlier, null, []);
        }

        // Totals never fall: it is another context of the same process and number.
        if (earlier is not null && statistics.Counters.Operations < earlier.Counters.Operations)
        {
            earlier = null;
            _detectors.Remove(reading.Key);
        }

        _last[reading.Key] = (statistics, label);
        return new EngineRow(
            reading, label, statistics, earlier is null ? null : new EngineRates(earlier, statistics), FindSlow(reading.Key, statistics, now));
    }

    private List<SlowPeer> FindSlow(EngineKey key, UrmaStatistics statistics, DateTimeOffset now)
    {
        if (!_detectors.TryGetValue(key, out SlowPeerDetector<(Eid, uint, DateTimeOffset)>? detector))
        {
            _detectors[key] = detector = new(slowPeers);
        }

        PeerStatistics[] connected = [.. statistics.Peers.Where(static peer => peer.State == PeerState.Connected)];
        detector.Advance(now, [.. connected.Select(static peer => (Name(peer), peer.Latency))]);
        List<SlowPeer> slow = [];
        foreach (PeerStatistics peer in connected)
        {
            if (detector.Find(Name(peer)) is { IsSlow: true } speed)
            {
                slow.Add(new SlowPeer(peer, speed));
            }
        }

        return slow;
    }

    private static (Eid Eid, uint Uasid, DateTimeOffset ConnectedAt) Name(PeerStatistics peer) => (peer.Eid, peer.Uasid, peer.ConnectedAt);
}
