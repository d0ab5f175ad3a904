namespace Urma.Net.Providers.Loopback.Control;

/// <summary>The living peers and the attempts to reach more. Thread-safe; the fabric thread alone adds and removes peers.</summary>
internal sealed class PeerTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, LoopbackPeer> _peers = [];
    private readonly Dictionary<uint, ConnectAttempt> _attempts = [];
    private LoopbackPeer[] _snapshot = [];
    private string? _fault;

    /// <summary>The living peers at this moment.</summary>
    internal LoopbackPeer[] Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>The living peer with a UASID.</summary>
    internal LoopbackPeer? Find(uint uasid)
    {
        lock (_gate)
        {
            return _peers.GetValueOrDefault(uasid);
        }
    }

    /// <summary>Finds the peer, or the attempt to reach it, or starts an attempt.</summary>
    /// <param name="uasid">The engine wanted.</param>
    /// <param name="attempt">The attempt to wait for when there is no peer yet.</param>
    /// <param name="isNew">Whether the caller has to carry the attempt out.</param>
    /// <exception cref="UrmaException">The context was closed.</exception>
    internal LoopbackPeer? FindOrAttempt(uint uasid, out ConnectAttempt? attempt, out bool isNew)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            attempt = null;
            isNew = false;
            if (_peers.TryGetValue(uasid, out LoopbackPeer? peer))
            {
                return peer;
            }

            isNew = !_attempts.TryGetValue(uasid, out attempt);
            if (isNew)
            {
                _attempts.Add(uasid, attempt = new ConnectAttempt(uasid));
            }

            return null;
        }
    }

    /// <summary>Ends an attempt with a failure.</summary>
    internal void Fail(ConnectAttempt attempt, UrmaStatus status, string error, bool isTransient, bool provesAbsence = false)
    {
        lock (_gate)
        {
            Forget(attempt);
        }

        attempt.Fail(status, error, isTransient, provesAbsence);
    }

    /// <summary>Makes a peer visible and gives it to who waits for it.</summary>
    internal void Add(LoopbackPeer peer)
    {
        ConnectAttempt? attempt;
        lock (_gate)
        {
            _peers.Add(peer.Uasid, peer);
            _snapshot = [.. _peers.Values];
            _attempts.Remove(peer.Uasid, out attempt);
        }

        attempt?.Succeed(peer);
    }

    /// <summary>Takes a lost peer out.</summary>
    internal void Remove(LoopbackPeer peer)
    {
        lock (_gate)
        {
            if (_peers.GetValueOrDefault(peer.Uasid) == peer)
            {
                _peers.Remove(peer.Uasid);
                _snapshot = [.. _peers.Values];
            }
        }
    }

    /// <summary>Ends all attempts and refuses new ones.</summary>
    internal void Close(string fault)
    {
        ConnectAttempt[] attempts;
        lock (_gate)
        {
            _fault = fault;
            attempts = [.. _attempts.Values];
            _attempts.Clear();
        }

        foreach (ConnectAttempt attempt in attempts)
        {
            attempt.Fail(UrmaStatus.Failed, fault, isTransient: false);
        }
    }

    private void ThrowIfClosed()
    {
        if (_fault is not null)
        {
            throw new UrmaException(UrmaStatus.Failed, _fault + ".");
        }
    }

    private void Forget(ConnectAttempt attempt)
    {
        if (_attempts.GetValueOrDefault(attempt.Uasid) == attempt)
        {
            _attempts.Remove(attempt.Uasid);
        }
    }
}
