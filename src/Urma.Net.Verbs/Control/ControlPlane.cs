using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

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
    private readonly ControlOptions _options;
    private readonly PeerTable _table = new();
    private readonly WorkerPool _workers;
    private readonly FabricLoop _loop;
    private readonly PeerConnector _connector;
    private readonly PeerTable _namesTable = new();
    private readonly NameClient? _names;
    private readonly List<Doorway> _doors = [];
    private long _lastBeat = Stopwatch.GetTimestamp();
    private int _disposed;

    /// <summary>Starts to listen.</summary>
    /// <param name="options">Where, and the limits.</param>
    /// <param name="handler">Called from the first moment on, perhaps before this returns.</param>
    /// <exception cref="UrmaException">The address is not this host's, the port is taken, or descriptors ran out.</exception>
    public ControlPlane(ControlOptions options, IControlHandler handler)
    {
        _options = options;
        Socket socket = Listen(options);
        try
        {
            Identity = Introduce(options, (IPEndPoint)socket.LocalEndPoint!);
            _workers = new WorkerPool(options.Workers);
            _loop = new FabricLoop(Beat, Close);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var environment = new PeerEnvironment(_loop, _workers, _table, options);
        var service = new EngineService(handler, options);
        _connector = new PeerConnector(Identity, environment, service);
        var door = new Doorway(socket, HelloPurpose.Engine, Identity, environment, service, handler.OnRefused);
        _doors.Add(door);
        if (options.Rendezvous is { } rendezvous)
        {
            PeerEnvironment names = environment with { Table = _namesTable };
            _names = new NameClient(rendezvous, Identity, names, listening =>
            {
                var other = new Doorway(listening, HelloPurpose.Names, Identity, names, new NameService(), handler.OnRefused);
                lock (_doors)
                {
                    _doors.Add(other);
                }

                return other;
            });
        }

        _loop.Post(door.Open);
        _loop.Start();
    }

    /// <summary>This engine, as peers see it.</summary>
    public EngineIdentity Identity { get; }

    /// <summary>Finds an engine, connecting to it when needed; this engine works like any other.</summary>
    /// <param name="eid">Where it listens.</param>
    /// <param name="uasid">Its port.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="ct">Ends the wait.</param>
    public ControlPeer GetPeer(Eid eid, uint uasid, TimeSpan timeout, CancellationToken ct = default)
    {
        PeerCalls.ThrowIfServing(_loop);
        return _connector.GetPeer(eid, uasid, timeout, ct);
    }

    /// <summary>Asks for a segment. An answer that comes too late is given back (<see cref="ReleaseSegment"/>).</summary>
    public ImportSegmentAnswer ImportSegment(ControlPeer owner, in ImportSegmentRequest request, TimeSpan timeout, CancellationToken ct = default)
    {
        uint tokenId = request.TokenId;
        return Ask<ImportSegmentRequest, ImportSegmentAnswer>(
            owner, request, late => TryNotify(owner, new ReleaseSegment(tokenId, late.Generation)), timeout, ct);
    }

    /// <summary>Asks for a jetty or JFR. An answer that comes too late is given back (<see cref="ReleaseJetty"/>).</summary>
    public ImportJettyAnswer ImportJetty(ControlPeer owner, in ImportJettyRequest request, TimeSpan timeout, CancellationToken ct = default)
    {
        uint jettyId = request.JettyId;
        return Ask<ImportJettyRequest, ImportJettyAnswer>(
            owner, request, late => TryNotify(owner, new ReleaseJetty(jettyId, late.JfrId)), timeout, ct);
    }

    /// <summary>Asks for a connected queue pair. An answer that comes too late is given back (<see cref="DisconnectLane"/>).</summary>
    public ConnectLaneAnswer ConnectLane(ControlPeer peer, in ConnectLaneRequest request, TimeSpan timeout, CancellationToken ct = default) =>
        Ask<ConnectLaneRequest, ConnectLaneAnswer>(
            peer, request, late => TryNotify(peer, new DisconnectLane(late.LaneId)), timeout, ct);

    /// <summary>Has the other end of a lane reset its queue pair. After a failure the lane is of no use: disconnect it.</summary>
    public ReconnectLaneAnswer ReconnectLane(ControlPeer peer, in ReconnectLaneRequest request, TimeSpan timeout, CancellationToken ct = default) =>
        Ask<ReconnectLaneRequest, ReconnectLaneAnswer>(peer, request, null, timeout, ct);

    /// <summary>Has an owner execute an atomic. After a time-out it may have been executed or not.</summary>
    public ExecuteAtomicAnswer ExecuteAtomic(ControlPeer owner, in ExecuteAtomicRequest request, TimeSpan timeout, CancellationToken ct = default) =>
        Ask<ExecuteAtomicRequest, ExecuteAtomicAnswer>(owner, request, null, timeout, ct);

    /// <summary>Takes a grant back from all its importers at once.</summary>
    /// <returns>Those that are there and have not confirmed in time.</returns>
    public IReadOnlyList<ControlPeer> Revoke(IReadOnlyCollection<ControlPeer> importers, in RevokeRequest request, TimeSpan timeout) =>
        TellAll(importers, in request, timeout);

    /// <summary>Tells all importers of a target at once that it is gone.</summary>
    /// <returns>Those that are there and have not confirmed in time.</returns>
    public IReadOnlyList<ControlPeer> Withdraw(IReadOnlyCollection<ControlPeer> importers, in JettyGone request, TimeSpan timeout) =>
        TellAll(importers, in request, timeout);

    private List<ControlPeer> TellAll<TRequest>(IReadOnlyCollection<ControlPeer> importers, in TRequest request, TimeSpan timeout)
        where TRequest : struct, IControlRequest<TRequest, EmptyAnswer>
    {
        PeerCalls.ThrowIfServing(_loop);
        Deadline deadline = Deadline.After(timeout);
        var calls = new List<(ControlPeer Peer, PendingCall Call)>(importers.Count);
        foreach (ControlPeer importer in importers)
        {
            calls.Add((importer, PeerCalls.Begin<TRequest, EmptyAnswer>(importer, request)));
        }

        List<ControlPeer> silent = [];
        foreach ((ControlPeer peer, PendingCall call) in calls)
        {
            // Whoever is gone uses nothing any more; its queue pairs go with it.
            bool confirmed = call.Wait(deadline, CancellationToken.None) || !peer.Calls.TryAbandon(call, static _ => { });
            if (!confirmed || (call.Fault is null && call.Status != UrmaStatus.Success))
            {
                silent.Add(peer);
            }
        }

        return silent;
    }

    /// <summary>Asks for a sign of life, which the thread that reads there gives.</summary>
    public void Ping(ControlPeer peer, TimeSpan timeout, CancellationToken ct = default) =>
        _ = Ask<PingRequest, EmptyAnswer>(peer, default, null, timeout, ct);

    /// <summary>Tells a peer something without waiting. Any thread, the handler's too.</summary>
    /// <returns>Whether it is on its way, behind everything said to that peer before; false where the peer is gone.</returns>
    public bool TryNotify<TNotice>(ControlPeer peer, in TNotice notice)
        where TNotice : struct, IControlNotice<TNotice> => peer.Send(ControlFrames.Of(TNotice.Message, FrameKind.Notice, 0, notice));

    /// <summary>
    /// Publishes bytes under a name until the returned object or this control plane is disposed or its process ends. When the process that
    /// keeps the names ends, they are published again with its successor.
    /// </summary>
    /// <param name="name">1 to 64 letters, digits, '.', '-', '_'.</param>
    /// <param name="value">Up to 32 KiB.</param>
    /// <param name="timeout">The longest wait for the name service.</param>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.Exists"/>: the name is taken. No name service can be reached.</exception>
    public IDisposable Publish(string name, ReadOnlySpan<byte> value, TimeSpan timeout)
    {
        PeerCalls.ThrowIfServing(_loop);
        return Names.Publish(name, value, timeout);
    }

    /// <summary>Reads what anybody published, waiting until somebody does.</summary>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.TimedOut"/>: nobody did, or no name service can be reached.</exception>
    public byte[] Lookup(string name, TimeSpan timeout, CancellationToken ct = default)
    {
        PeerCalls.ThrowIfServing(_loop);
        return Names.Lookup(name, timeout, ct);
    }

    /// <summary>
    /// Says goodbye to all peers and fails what waits. Once this returned the handler is not called any more, unless a call took longer than
    /// the five seconds that this waits; it is not told of the peers that it loses thereby. Idempotent.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _names?.Dispose();
            _connector.Close();
            _loop.Dispose();
            _workers.Dispose();
        }
    }

    private NameClient Names => _names ?? throw new UrmaException(
        UrmaStatus.InvalidArgument, "Names need a place where they are kept: open the device with 'rendezvous'.");

    private static Socket Listen(ControlOptions options)
    {
        if (options.Port is < 0 or > ushort.MaxValue)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument, $"{options.Port} is not a UASID for a verbs engine: it is a TCP port, 1 to {ushort.MaxValue}.");
        }

        int label = Encoding.UTF8.GetByteCount(options.Label);
        if (label > Hello.MaximumLabelBytes)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument, $"The label '{options.Label}' is {label} bytes long in UTF-8; the most is {Hello.MaximumLabelBytes}.");
        }

        if (options.Address.Equals(IPAddress.Any) || options.Address.Equals(IPAddress.IPv6Any))
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument, $"{options.Address} is no address that peers could be told: choose one of this host's.");
        }

        var endpoint = new IPEndPoint(options.Address, options.Port);
        try
        {
            return Doorway.Listen(endpoint);
        }
        catch (SocketException error)
        {
            throw new UrmaException(
                error.SocketErrorCode == SocketError.AddressAlreadyInUse ? UrmaStatus.Exists : UrmaStatus.Failed,
                $"Cannot listen at {endpoint} for other engines: {error.Message}.",
                error.NativeErrorCode,
                error);
        }
    }

    private static EngineIdentity Introduce(ControlOptions options, IPEndPoint endpoint)
    {
        Span<byte> bytes = stackalloc byte[Eid.Size];
        endpoint.Address.MapToIPv6().TryWriteBytes(bytes, out _);
        return new EngineIdentity(new Eid(bytes), (uint)endpoint.Port, Environment.ProcessId, Entropy.Next(), options.Label);
    }

    private TAnswer Ask<TRequest, TAnswer>(
        ControlPeer peer, in TRequest request, Action<TAnswer>? undo, TimeSpan timeout, CancellationToken ct)
        where TRequest : struct, IControlRequest<TRequest, TAnswer>
        where TAnswer : struct, IControlRecord<TAnswer>
    {
        PeerCalls.ThrowIfServing(_loop);
        return PeerCalls.Ask(peer, request, undo, timeout, ct);
    }

    // The loop's tick, after each round.
    private TimeSpan Beat()
    {
        TimeSpan interval = _options.SilenceBound / 8;
        long now = Stopwatch.GetTimestamp();
        TimeSpan passed = Stopwatch.GetElapsedTime(_lastBeat, now);
        if (passed < interval)
        {
            return interval - passed;
        }

        _lastBeat = now;
        bool wasStopped = passed > _options.SilenceBound / 2;
        foreach (ControlPeer peer in (ControlPeer[])[.. _table.Snapshot, .. _namesTable.Snapshot])
        {
            if (wasStopped)
            {
                peer.Forgive(now);
            }

            peer.Beat(now);
        }

        return interval;
    }

    // On the loop's thread, at its end.
    private void Close()
    {
        _workers.Drop();
        byte[] goodbye = ControlFrames.OfText(
            ControlMessage.Goodbye, FrameKind.Notice, 0, UrmaStatus.Success, "it closed its context");
        Doorway[] doors;
        lock (_doors)
        {
            doors = [.. _doors];
        }

        // Before the goodbyes: whoever hears one may want to listen at the same place.
        Array.ForEach(doors, static d => d.Close());
        foreach (ControlPeer peer in (ControlPeer[])[.. _table.Close(), .. _namesTable.Close()])
        {
            _ = peer.Send(goodbye);
            peer.Lose("this end was closed");
        }
    }
}
