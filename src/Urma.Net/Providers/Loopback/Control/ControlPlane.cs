using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>
/// An engine's way to talk to other engines: it holds a UASID of the fabric, knows its peers and when they die, asks them
/// and answers through a handler, and publishes names.
/// </summary>
/// <remarks>
/// Thread-safe. One thread, <c>urma-fabric</c>, serves everything; calls that wait are refused on it. Costs four
/// descriptors, and two or three more per peer.
/// </remarks>
internal sealed class ControlPlane : IDisposable
{
    /// <summary>The longest published value in bytes.</summary>
    internal const int MaximumPublished = 32 * 1024;

    private readonly LoopbackFabric _fabric;
    private readonly ControlLimits _limits;
    private readonly IControlHandler _handler;
    private readonly PeerTable _table = new();
    private readonly EngineIdentity _identity;
    private readonly FabricLoop _loop;
    private readonly PeerTraffic _traffic;
    private readonly Handshaker _handshaker;
    private readonly PeerConnector _connector;
    private readonly AcceptSource _door;
    private readonly HashSet<PublishedName> _published = [];
    private readonly Lock _gate = new();
    private bool _closed;

    /// <summary>Claims a UASID and starts serving.</summary>
    /// <param name="fabric">Where.</param>
    /// <param name="options">The UASID wanted, if any, and the label.</param>
    /// <param name="contextPageFd">Sent to every peer; stays the caller's and open until <see cref="Dispose"/>.</param>
    /// <param name="contextPageLength">Its length, and what every peer's must have.</param>
    /// <param name="handler">Called from the first moment on, perhaps before this returns.</param>
    /// <param name="limits">What peers can make this engine spend.</param>
    /// <param name="eid">Our device's identifier.</param>
    /// <exception cref="UrmaException">The UASID is taken or not valid, the label too long, or descriptors ran out.</exception>
    internal ControlPlane(
        LoopbackFabric fabric,
        Eid eid,
        UrmaContextOptions options,
        int contextPageFd,
        long contextPageLength,
        IControlHandler handler,
        ControlLimits? limits = null)
    {
        _fabric = fabric;
        Eid = eid;
        _handler = handler;
        _limits = limits ?? ControlLimits.Default;
        string label = EngineLabel.Of(options);
        (UnixListener listener, Uasid) = UasidClaim.Claim(fabric, options.Uasid);
        try
        {
            ulong incarnation = Entropy.Next();
            var hello = new Hello(eid, Uasid, Environment.ProcessId, incarnation, label);
            _identity = new EngineIdentity(hello, contextPageFd, contextPageLength);
            _loop = new FabricLoop(Tick, Close);
        }
        catch
        {
            _identity?.Dispose();
            listener.Dispose();
            throw;
        }

        _traffic = new PeerTraffic(_loop, _limits, _table, handler);
        var admission = new PeerAdmission(fabric, _limits, _identity, _table, _traffic, handler);
        var end = new HandshakeEnd(_table, handler);
        _handshaker = new Handshaker(_loop, _limits, _identity, _table, admission, end, new LinkBuffer());
        _connector = new PeerConnector(_loop, fabric, _identity, _table, _handshaker);
        try
        {
            _door = new AcceptSource(_loop, listener, _limits.AcceptPause, _handshaker.Accept);
            _loop.Start();
        }
        catch
        {
            _loop.Dispose();
            throw;
        }
    }

    /// <summary>Our device's identifier, part of this engine's address on the fabric.</summary>
    internal Eid Eid { get; }

    /// <summary>This engine's address-space id, 1 to 2²⁴ − 1.</summary>
    internal uint Uasid { get; }

    /// <summary>
    /// Whether the handler will not be called any more. False after <see cref="Dispose"/> only where a callback took longer
    /// than Dispose waits: memory that callbacks use must then stay.
    /// </summary>
    internal bool HasEnded => _loop.HasEnded;

    /// <summary>The living peers at this moment.</summary>
    internal IReadOnlyList<LoopbackPeer> Peers => _table.Snapshot;

    /// <summary>Finds a peer, connecting to it when needed; this engine's own UASID works like any other.</summary>
    /// <param name="eid">A device's of the fabric.</param>
    /// <param name="uasid">The engine.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <exception cref="UrmaException">
    /// No such engine, it refuses, it died meanwhile, or <see cref="UrmaStatus.TimedOut"/>; the message names it.
    /// </exception>
    /// <exception cref="InvalidOperationException">Called on the fabric thread.</exception>
    internal LoopbackPeer GetPeer(Eid eid, uint uasid, TimeSpan timeout)
    {
        ThrowIfFabricThread();
        if (!_fabric.Contains(eid))
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"EID {eid} cannot be reached from {_fabric}, whose EID is {Eid}: both ends must open the same fabric on the "
                    + "same host.");
        }

        UasidClaim.ThrowIfInvalid(uasid);
        return _connector.GetPeer(uasid, timeout);
    }

    /// <summary>Asks a peer and waits for its answer.</summary>
    /// <param name="peer">Whom.</param>
    /// <param name="type">What.</param>
    /// <param name="payload">Up to <see cref="ControlFrame.MaximumPayload"/> bytes.</param>
    /// <param name="fds">Up to 16 descriptors; stay the caller's.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="ct">Ends the wait; the peer may still carry the request out.</param>
    /// <returns>The answer, to be disposed.</returns>
    /// <exception cref="UrmaException">
    /// The peer's own status and message; <see cref="UrmaStatus.TimedOut"/>; or <see cref="UrmaStatus.Failed"/> with its
    /// fault when it is gone or goes meanwhile.
    /// </exception>
    /// <exception cref="InvalidOperationException">Called on the fabric thread.</exception>
    internal ControlResponse Request(
        LoopbackPeer peer,
        ControlMessage type,
        ReadOnlySpan<byte> payload,
        ReadOnlySpan<int> fds,
        TimeSpan timeout,
        CancellationToken ct = default)
    {
        ThrowIfFabricThread();
        return PeerSender.Request(peer, type, payload, fds, timeout, ct);
    }

    /// <summary>Asks a peer without waiting for its answer. Any thread.</summary>
    /// <param name="peer">Whom.</param>
    /// <param name="type">What.</param>
    /// <param name="payload">Up to <see cref="ControlFrame.MaximumPayload"/> bytes.</param>
    /// <returns>
    /// What the answer ends, at the latest when the peer is lost; null where the peer reads so slowly that its queue is full.
    /// Whoever does not take the answer gives it up with <see cref="PeerSender.Abandon"/>.
    /// </returns>
    /// <exception cref="UrmaException">The peer is gone.</exception>
    internal PendingRequest? TryBegin(LoopbackPeer peer, ControlMessage type, ReadOnlySpan<byte> payload) =>
        PeerSender.TryBegin(peer, type, payload);

    /// <summary>Tells a peer something without waiting for anything. Any thread.</summary>
    /// <param name="peer">Whom.</param>
    /// <param name="type">What.</param>
    /// <param name="payload">Up to <see cref="ControlFrame.MaximumPayload"/> bytes.</param>
    /// <returns>
    /// Whether it is on its way, behind everything sent to that peer before. False: the peer is gone, or reads so slowly
    /// that its queue is full.
    /// </returns>
    internal bool TryNotify(LoopbackPeer peer, ControlMessage type, ReadOnlySpan<byte> payload) =>
        PeerSender.TryNotify(peer, type, payload);

    /// <summary>Makes the fabric thread call <see cref="IControlHandler.OnTick"/> soon. Any thread.</summary>
    internal void Wake() => _loop.Wake();

    /// <summary>Publishes bytes under a name until the returned object, this engine or its process ends.</summary>
    /// <param name="name">1 to 64 letters, digits, '.', '-', '_'.</param>
    /// <param name="value">Up to <see cref="MaximumPublished"/> bytes.</param>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.Exists"/>: the name is taken.</exception>
    internal IDisposable Publish(string name, ReadOnlySpan<byte> value)
    {
        if (value.Length > MaximumPublished)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"{value.Length} bytes cannot be published under '{name}': the most is {MaximumPublished}. Publish a descriptor "
                    + "of a segment that holds them.");
        }

        var published = new PublishedName(_loop, _fabric.NameOf(name), value, _limits, Forget);
        lock (_gate)
        {
            if (!_closed)
            {
                _published.Add(published);
                return published;
            }
        }

        published.Dispose();
        throw new ObjectDisposedException(nameof(ControlPlane));
    }

    /// <summary>Reads what anybody on the fabric published, waiting until somebody does.</summary>
    /// <param name="name">The name.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.TimedOut"/>: nobody did, or its process is stopped.</exception>
    /// <exception cref="InvalidOperationException">Called on the fabric thread.</exception>
    internal byte[] Lookup(string name, TimeSpan timeout, CancellationToken ct = default)
    {
        ThrowIfFabricThread();
        return NameLookup.Wait(_fabric, name, timeout, ct);
    }

    /// <summary>
    /// Says goodbye to all peers, fails what waits, gives the UASID and the names back and unmaps all context pages. Called
    /// on the fabric thread it returns at once and that happens right after the current callback. Idempotent.
    /// </summary>
    public void Dispose() => _loop.Dispose();

    private void ThrowIfFabricThread()
    {
        if (_loop.IsCurrent)
        {
            throw new InvalidOperationException(
                "A call that waits for peers was made on the fabric thread, which serves them: make it on another thread.");
        }
    }

    private TimeSpan Tick()
    {
        TimeSpan own = _handshaker.Tick();
        TimeSpan handlers = _handler.OnTick();
        return own < TimeSpan.Zero ? handlers
            : handlers < TimeSpan.Zero || own < handlers ? own
            : handlers;
    }

    private void Forget(PublishedName published)
    {
        lock (_gate)
        {
            _published.Remove(published);
        }
    }

    // On the fabric thread, at its end. Peers first: when the name is free and somebody claims it, they must be able to
    // know already that its former holder is gone.
    private void Close()
    {
        string fault = $"The context with UASID 0x{Uasid:x6} was closed";
        LoopbackPeer[] peers = _table.Snapshot;
        _table.Close(fault);
        _traffic.Close(fault);
        _handshaker.Close();
        PublishedName[] published;
        lock (_gate)
        {
            _closed = true;
            published = [.. _published];
        }

        foreach (PublishedName name in published)
        {
            name.Dispose();
        }

        _door?.Dispose();
        _identity.Dispose();
        foreach (LoopbackPeer peer in peers)
        {
            (peer.State as IDisposable)?.Dispose();
            peer.ReleaseContextPage();
        }
    }
}
