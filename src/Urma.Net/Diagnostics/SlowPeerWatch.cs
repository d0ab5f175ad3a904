namespace Urma.Net.Diagnostics;

/// <summary>Looks at the peers of a context once per window, on a thread of the pool, and tells the context of those that became slow or well again.</summary>
internal sealed class SlowPeerWatch : IDisposable
{
    private readonly UrmaContext _context;
    private readonly SlowPeerOptions _options;
    private readonly SlowPeerDetector<(Eid Eid, uint Uasid, DateTimeOffset ConnectedAt)> _detector;
    private readonly Lock _lock = new();
    private readonly Timer _timer;
    private IReadOnlyList<PeerSpeedEventArgs> _slow = [];
    private bool _disposed;

    public SlowPeerWatch(UrmaContext context, SlowPeerOptions options)
    {
        _context = context;
        _options = options;
        _detector = new(options);
        _timer = new Timer(static watch => ((SlowPeerWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The peers that are slow now.</summary>
    public IReadOnlyList<PeerSpeedEventArgs> Slow => Volatile.Read(ref _slow);

    public void Start() => LookAgain();

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer.Dispose();
        }
    }

    private void Look()
    {
        List<PeerSpeedEventArgs> changed = [];
        try
        {
            PeerStatistics[] peers = [.. _context.GetStatistics().Peers.Where(static peer => peer.State == PeerState.Connected)];
            Dictionary<(Eid, uint, DateTimeOffset), PeerStatistics> byName = [];
            foreach (PeerStatistics peer in peers)
            {
                byName[NameOf(peer)] = peer;
            }

            foreach (((Eid, uint, DateTimeOffset) name, PeerSpeed speed) in
                _detector.Advance(DateTimeOffset.UtcNow, [.. byName.Select(static peer => (peer.Key, peer.Value.Latency))]))
            {
                changed.Add(Describe(byName[name], speed));
            }

            Volatile.Write(ref _slow, [.. byName.Where(peer => _detector.Find(peer.Key) is { IsSlow: true }).Select(peer => Describe(peer.Value, _detector.Find(peer.Key)!.Value))]);
        }
        catch (UrmaException)
        {
            // The statistics were being rearranged all the time: the next look counts for both windows.
        }

        foreach (PeerSpeedEventArgs peer in changed)
        {
            _context.OnPeerSpeedChanged(peer);
        }

        LookAgain();
    }

    // One look at a time, however long a listener takes.
    private void LookAgain()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _timer.Change(_options.Window, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private static (Eid Eid, uint Uasid, DateTimeOffset ConnectedAt) NameOf(PeerStatistics peer) => (peer.Eid, peer.Uasid, peer.ConnectedAt);

    private static PeerSpeedEventArgs Describe(PeerStatistics peer, PeerSpeed speed) => new(peer.Eid, peer.Uasid, peer.ProcessId, peer.Label, speed);
}
