namespace Urma.Net.Diagnostics;

/// <summary>
/// Finds peers that became slow, out of what was timed: the rule is told at <see cref="SlowPeerOptions"/>. Knows nothing of contexts and clocks, so
/// it works for an engine of this process as for one seen from outside. Not thread-safe.
/// </summary>
/// <typeparam name="TPeer">What names a peer; one that comes back after it was lost must be another.</typeparam>
internal sealed class SlowPeerDetector<TPeer>
    where TPeer : IEquatable<TPeer>
{
    // Windows that lasted so many times too long say that this process did not run, or hardly.
    private const int LongestDelay = 4;

    private readonly SlowPeerOptions _options;
    private readonly Dictionary<TPeer, PeerBaseline> _peers = [];
    private DateTimeOffset _last;

    public SlowPeerDetector(SlowPeerOptions options)
    {
        options.Validate();
        _options = options;
    }

    /// <summary>How a peer stands; null while its baseline is not known.</summary>
    public PeerSpeed? Find(TPeer peer) => _peers.GetValueOrDefault(peer)?.Speed;

    /// <summary>Ends the window of every peer of which enough was timed. To be called once per <see cref="SlowPeerOptions.Window"/>.</summary>
    /// <param name="now">The time; not before that of the last call.</param>
    /// <param name="peers">The peers connected now, and all times of each so far. Others are forgotten.</param>
    /// <returns>Those that became slow or well again.</returns>
    public IReadOnlyList<(TPeer Peer, PeerSpeed Speed)> Advance(DateTimeOffset now, IReadOnlyCollection<(TPeer Peer, LatencyHistogram Total)> peers)
    {
        bool isLate = _last != default && now - _last > LongestDelay * _options.Window;
        _last = now;
        foreach (TPeer gone in _peers.Keys.Except(peers.Select(static p => p.Peer)).ToArray())
        {
            _peers.Remove(gone);
        }

        List<(TPeer Peer, PeerBaseline Baseline)> closed = [];
        foreach ((TPeer peer, LatencyHistogram total) in peers)
        {
            if (!_peers.TryGetValue(peer, out PeerBaseline? baseline))
            {
                _peers[peer] = baseline = new PeerBaseline(_options, now);
                baseline.Skip(total, now);
            }
            else if (isLate)
            {
                baseline.Skip(total, now);
            }
            else if (baseline.TryClose(total, now))
            {
                closed.Add((peer, baseline));
            }
        }

        return Judge(closed, now);
    }

    private static List<(TPeer Peer, PeerSpeed Speed)> Judge(List<(TPeer Peer, PeerBaseline Baseline)> closed, DateTimeOffset now)
    {
        double[] ratios = [.. closed.Select(static c => c.Baseline.Ratio).Order()];
        List<(TPeer Peer, PeerSpeed Speed)> changed = [];
        foreach ((TPeer peer, PeerBaseline baseline) in closed)
        {
            if (baseline.Judge(CommonTo(ratios, baseline.Ratio), now))
            {
                changed.Add((peer, baseline.Speed!.Value));
            }
        }

        return changed;
    }

    // The lower median of the others' ratios, which stand sorted with the peer's own among them: of two others, the one that is better off.
    private static double CommonTo(double[] ratios, double own)
    {
        int others = ratios.Length - 1;
        if (others == 0)
        {
            return 1;
        }

        int middle = (others - 1) / 2;
        int self = Array.BinarySearch(ratios, own);
        return Math.Max(1, ratios[middle < self ? middle : middle + 1]);
    }
}
