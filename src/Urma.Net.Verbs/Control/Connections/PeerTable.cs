namespace Urma.Net.Verbs.Control;

/// <summary>The living connections of a control plane.</summary>
internal sealed class PeerTable
{
    private readonly Lock _gate = new();
    private readonly HashSet<ControlPeer> _peers = [];
    private readonly Dictionary<(Eid Eid, uint Uasid), ControlPeer> _outgoing = [];
    private readonly Dictionary<EngineIdentity, Instance> _instances = [];
    private bool _closed;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _peers.Count;
            }
        }
    }

    /// <summary>Those that are there at this moment.</summary>
    public ControlPeer[] Snapshot
    {
        get
        {
            lock (_gate)
            {
                return [.. _peers];
            }
        }
    }

    /// <summary>Our connection to an engine; null where there is none.</summary>
    public ControlPeer? FindOutgoing(Eid eid, uint uasid)
    {
        lock (_gate)
        {
            return _outgoing.GetValueOrDefault((eid, uasid));
        }
    }

    /// <summary>Adds a connection.</summary>
    /// <param name="peer">Not in here yet.</param>
    /// <param name="isFindable">Whether <see cref="FindOutgoing"/> is to find it.</param>
    /// <returns>False where the table is closed.</returns>
    public bool TryAdd(ControlPeer peer, bool isFindable)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _peers.Add(peer);
            if (isFindable)
            {
                _outgoing[(peer.Identity.Eid, peer.Identity.Uasid)] = peer;
            }

            Instance instance = _instances.GetValueOrDefault(peer.Identity);
            _instances[peer.Identity] = instance with { Living = instance.Living + 1, Outgoing = instance.Outgoing + (peer.IsOutgoing ? 1 : 0) };
            return true;
        }
    }

    /// <summary>Takes a lost connection out.</summary>
    /// <returns>
    /// Whether that says something new of the engine: a connection of ours always does; one that was made to us does not while we have
    /// one of our own with it, for anybody may say that he is it.
    /// </returns>
    public bool Remove(ControlPeer peer)
    {
        lock (_gate)
        {
            if (!_peers.Remove(peer))
            {
                return false;
            }

            (Eid, uint) key = (peer.Identity.Eid, peer.Identity.Uasid);
            if (_outgoing.GetValueOrDefault(key) == peer)
            {
                _outgoing.Remove(key);
            }

            Instance instance = _instances[peer.Identity];
            bool isNews = peer.IsOutgoing || (instance.Outgoing == 0 && !instance.IsReported);
            if (instance.Living == 1)
            {
                _instances.Remove(peer.Identity);
            }
            else
            {
                _instances[peer.Identity] = new Instance(
                    instance.Living - 1, instance.Outgoing - (peer.IsOutgoing ? 1 : 0), instance.IsReported || isNews);
            }

            return isNews;
        }
    }

    /// <summary>Takes no more.</summary>
    /// <returns>Those that are there.</returns>
    public ControlPeer[] Close()
    {
        lock (_gate)
        {
            _closed = true;
            return [.. _peers];
        }
    }

    private readonly record struct Instance(int Living, int Outgoing, bool IsReported);
}
