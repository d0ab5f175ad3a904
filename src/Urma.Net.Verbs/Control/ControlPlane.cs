namespace Urma.Net.Verbs.Control;

/// <summary>
/// An engine's way to talk to other engines over TCP: it listens at an address and port, which are its EID and UASID, asks others and
/// answers through a handler, and knows when they are gone.
/// </summary>
/// <remarks>
/// Thread-safe. One thread reads and writes for all connections, up to <see cref="ControlOptions.Workers"/> run the handler. Calls that
/// wait are refused on these threads (<see cref="InvalidOperationException"/>), so that engines cannot wait for each other in a circle.
/// Each fails with an <see cref="UrmaException"/>: the peer's own status and message, <see cref="UrmaStatus.TimedOut"/>, or
/// <see cref="UrmaStatus.Failed"/> where the peer is gone or goes meanwhile.
/// </remarks>
internal sealed class ControlPlane : IDisposable
{
    /// <summary>Starts to listen.</summary>
    /// <param name="options">Where, and the limits.</param>
    /// <param name="handler">Called from the first moment on, perhaps before this returns.</param>
    /// <exception cref="UrmaException">The address is not this host's, the port is taken, or descriptors ran out.</exception>
    public ControlPlane(ControlOptions options, IControlHandler handler)
    {
        _ = options;
        _ = handler;
        throw new NotImplementedException();
    }

    /// <summary>This engine, as peers see it.</summary>
    public EngineIdentity Identity => throw new NotImplementedException();

    /// <summary>Finds an engine, connecting to it when needed; this engine works like any other.</summary>
    /// <param name="eid">Where it listens.</param>
    /// <param name="uasid">Its port.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="ct">Ends the wait.</param>
    public ControlPeer GetPeer(Eid eid, uint uasid, TimeSpan timeout, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>Asks for a segment. An answer that comes too late is given back (<see cref="ReleaseSegment"/>).</summary>
    public ImportSegmentAnswer ImportSegment(ControlPeer owner, in ImportSegmentRequest request, TimeSpan timeout, CancellationToken ct = default) =>
        throw new NotImplementedException();

    /// <summary>Asks for a jetty or JFR. An answer that comes too late is given back (<see cref="ReleaseJetty"/>).</summary>
    public ImportJettyAnswer ImportJetty(ControlPeer owner, in ImportJettyRequest request, TimeSpan timeout, CancellationToken ct = default) =>
        throw new NotImplementedException();

    /// <summary>Asks for a connected queue pair. An answer that comes too late is given back (<see cref="DisconnectLane"/>).</summary>
    public ConnectLaneAnswer ConnectLane(ControlPeer peer, in ConnectLaneRequest request, TimeSpan timeout, CancellationToken ct = default) =>
        throw new NotImplementedException();

    /// <summary>Has the other end of a lane reset its queue pair. After a failure the lane is of no use: disconnect it.</summary>
    public ReconnectLaneAnswer ReconnectLane(ControlPeer peer, in ReconnectLaneRequest request, TimeSpan timeout, CancellationToken ct = default) =>
        throw new NotImplementedException();

    /// <summary>Has an owner execute an atomic. After a time-out it may have been executed or not.</summary>
    public ExecuteAtomicAnswer ExecuteAtomic(ControlPeer owner, in ExecuteAtomicRequest request, TimeSpan timeout, CancellationToken ct = default) =>
        throw new NotImplementedException();

    /// <summary>Takes a grant back from all its importers at once.</summary>
    /// <returns>Those that are there and have not confirmed in time.</returns>
    public IReadOnlyList<ControlPeer> Revoke(IReadOnlyCollection<ControlPeer> importers, in RevokeRequest request, TimeSpan timeout) =>
        throw new NotImplementedException();

    /// <summary>Asks for a sign of life.</summary>
    public void Ping(ControlPeer peer, TimeSpan timeout, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>Tells a peer something without waiting. Any thread, the handler's too.</summary>
    /// <returns>Whether it is on its way, behind everything said to that peer before; false where the peer is gone.</returns>
    public bool TryNotify<TNotice>(ControlPeer peer, in TNotice notice)
        where TNotice : struct, IControlNotice<TNotice> => throw new NotImplementedException();

    /// <summary>
    /// Publishes bytes under a name until the returned object or this control plane is disposed or its process ends. When the process that
    /// keeps the names ends, they are published again with its successor.
    /// </summary>
    /// <param name="name">1 to 64 letters, digits, '.', '-', '_'.</param>
    /// <param name="value">Up to 32 KiB.</param>
    /// <param name="timeout">The longest wait for the name service.</param>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.Exists"/>: the name is taken. No name service can be reached.</exception>
    public IDisposable Publish(string name, ReadOnlySpan<byte> value, TimeSpan timeout) => throw new NotImplementedException();

    /// <summary>Reads what anybody published, waiting until somebody does.</summary>
    public byte[] Lookup(string name, TimeSpan timeout, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>
    /// Says goodbye to all peers and fails what waits; the handler is not called any more once this returned, and not told of the peers it
    /// loses thereby. Idempotent.
    /// </summary>
    public void Dispose() => throw new NotImplementedException();
}
