using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Verbs.Control;

/// <summary>
/// An engine's names: published with whoever serves the endpoint. Where nobody does and the endpoint is this host's, this engine does, and
/// asks itself like any other.
/// </summary>
internal sealed partial class NameClient : IPeerService, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WithdrawBound = TimeSpan.FromSeconds(1);

    private readonly RendezvousEndpoint _endpoint;
    private readonly PeerConnector _connector;
    private readonly PeerEnvironment _environment;
    private readonly Func<Socket, Doorway> _serve;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _reaching = new(1);
    private readonly Dictionary<QualifiedName, PublishedName> _published = [];
    private readonly CancellationTokenSource _closing = new();
    private ControlPeer? _service;

    /// <summary>Prepares; connects when first asked for something.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="self">Who asks.</param>
    /// <param name="environment">With a table of its own: what happens to names' connections is no news of engines.</param>
    /// <param name="serve">Makes a name service at a listening socket.</param>
    public NameClient(RendezvousEndpoint endpoint, EngineIdentity self, PeerEnvironment environment, Func<Socket, Doorway> serve)
    {
        _endpoint = endpoint;
        _environment = environment;
        _serve = serve;
        _connector = new PeerConnector(self, environment, this);
    }

    private string What => $"the name service {_endpoint}";

    /// <inheritdoc cref="ControlPlane.Publish"/>
    public PublishedName Publish(string name, ReadOnlySpan<byte> value, TimeSpan timeout)
    {
        var qualified = new QualifiedName(_endpoint.Realm, name);
        qualified.ThrowIfInvalid();
        if (value.Length > QualifiedName.LongestValue)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"{value.Length} bytes cannot be published under '{name}': the most is {QualifiedName.LongestValue}. Publish a descriptor "
                    + "of a segment that holds them.");
        }

        var published = new PublishedName(qualified, value.ToArray(), Withdraw);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(ControlPlane));

            // Before it is sent: what is lost meanwhile is then published again.
            if (!_published.TryAdd(qualified, published))
            {
                throw new UrmaException(UrmaStatus.Exists, $"The name '{name}' is taken: this engine has published it already.");
            }
        }

        try
        {
            _ = Ask<PublishNameRequest, EmptyAnswer>(new PublishNameRequest(qualified, published.Value), new WaitLimit(timeout, _closing.Token));
            return published;
        }
        catch
        {
            // It may have arrived all the same.
            published.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="ControlPlane.Lookup"/>
    public byte[] Lookup(string name, TimeSpan timeout, CancellationToken ct)
    {
        var request = new LookupNameRequest(new QualifiedName(_endpoint.Realm, name));
        request.Name.ThrowIfInvalid();
        var limit = new WaitLimit(timeout, ct);
        TimeSpan pause = FirstPause;
        bool answered = false;
        while (!answered || !limit.Deadline.HasPassed)
        {
            try
            {
                if (Ask<LookupNameRequest, LookupNameAnswer>(request, limit).Value is { } value)
                {
                    return value;
                }
            }
            catch (UrmaException late) when (late.Status == UrmaStatus.TimedOut && answered)
            {
                // The last of many questions; the others were answered.
                break;
            }

            answered = true;
            Pause(ref pause, limit);
        }

        throw new UrmaException(
            UrmaStatus.TimedOut,
            $"Nobody published '{name}' at {_endpoint} within {timeout.TotalSeconds:0.###} s: start the publisher, with the same rendezvous.");
    }

    void IPeerService.OnConnected(ControlPeer peer)
    {
    }

    ServedFrame IPeerService.Serve(ControlPeer peer, in ReceivedFrame frame) => new(null, Fault: "a name service asks nothing");

    /// <summary>Gives all names back, so that their successors are not refused; waits for that for a second at most.</summary>
    public void Dispose()
    {
        PublishedName[] published;
        Thread? restoring;
        lock (_gate)
        {
            _closing.Cancel();
            published = [.. _published.Values];
            restoring = _restoring;
        }

        PendingCall?[] calls = Array.ConvertAll(published, BeginWithdraw);
        Await(calls);
        _connector.Close();
        restoring?.Join(JoinBound);
    }

    private void Withdraw(PublishedName published) => Await([BeginWithdraw(published)]);

    private PendingCall? BeginWithdraw(PublishedName published)
    {
        ControlPeer? service;
        lock (_gate)
        {
            if (!_published.Remove(published.Name))
            {
                return null;
            }

            service = _service;
        }

        return service is { Fault: null }
            ? PeerCalls.Begin<WithdrawNameRequest, EmptyAnswer>(service, new WithdrawNameRequest(published.Name))
            : null;
    }

    private void Await(PendingCall?[] calls)
    {
        Deadline deadline = Deadline.After(WithdrawBound);
        foreach (PendingCall? call in calls)
        {
            if (call is not null && !WorkerPool.IsCurrent && !_environment.Loop.IsCurrent)
            {
                _ = call.Wait(deadline, CancellationToken.None);
            }
        }
    }

    // Asks whoever serves, and whoever serves next where that one goes meanwhile.
    private TAnswer Ask<TRequest, TAnswer>(in TRequest request, WaitLimit limit)
        where TRequest : struct, IControlRequest<TRequest, TAnswer>
        where TAnswer : struct, IControlRecord<TAnswer>
    {
        while (true)
        {
            ControlPeer service = Reach(limit);
            try
            {
                TimeSpan left = TimeSpan.FromMilliseconds(limit.Deadline.RemainingMilliseconds);
                return PeerCalls.Ask<TRequest, TAnswer>(service, request, null, left, limit.Token);
            }
            catch (UrmaException error) when (error.Status == UrmaStatus.Failed && service.Fault is not null && !limit.Deadline.HasPassed)
            {
                // It went: there is another one, or this engine is the next.
            }
        }
    }

    private ControlPeer Reach(WaitLimit limit)
    {
        if (Volatile.Read(ref _service) is { Fault: null } there)
        {
            return there;
        }

        if (!_reaching.Wait(limit.Deadline.RemainingMilliseconds, limit.Token))
        {
            throw limit.TooLate(What);
        }

        try
        {
            TimeSpan pause = FirstPause;
            while (true)
            {
                ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(ControlPlane));
                if (_service is { Fault: null } reached)
                {
                    return reached;
                }

                foreach (IPEndPoint endpoint in _endpoint.Resolve(limit))
                {
                    if (TryConnect(endpoint, limit) is { } service)
                    {
                        return service;
                    }
                }

                if (limit.Deadline.HasPassed)
                {
                    throw new UrmaException(
                        UrmaStatus.TimedOut,
                        $"Nobody serves names at {_endpoint} within {limit.Timeout.TotalSeconds:0.###} s, and this host cannot, for that address is "
                            + "not its own: start a process there, or set 'rendezvous' or URMA_RENDEZVOUS.");
                }

                Pause(ref pause, limit);
            }
        }
        finally
        {
            _reaching.Release();
        }
    }

    // Null where nobody listens there and this host cannot, or somebody else is about to.
    private ControlPeer? TryConnect(IPEndPoint endpoint, WaitLimit limit)
    {
        for (int i = 0; i < 2; i++)
        {
            try
            {
                ControlPeer service = _connector.Connect(endpoint, HelloPurpose.Names, What, null, limit, isFindable: false);
                lock (_gate)
                {
                    _service = service;
                }

                return service;
            }
            catch (UrmaException absent) when (absent.NativeError == Libc.ECONNREFUSED && !limit.Deadline.HasPassed)
            {
                if (i != 0 || !TryServe(endpoint))
                {
                    return null;
                }
            }
        }

        return null;
    }

    private bool TryServe(IPEndPoint endpoint)
    {
        Socket socket;
        try
        {
            socket = Doorway.Listen(endpoint);
        }
        catch (SocketException error)
        {
            Trace.TraceInformation($"This engine does not serve names at {endpoint}: {error.Message}");
            return false;
        }

        Doorway door = _serve(socket);
        if (_environment.Loop.Post(door.Open))
        {
            return true;
        }

        socket.Dispose();
        return false;
    }

    private static void Pause(ref TimeSpan pause, WaitLimit limit)
    {
        _ = limit.Token.WaitHandle.WaitOne(Math.Min((int)pause.TotalMilliseconds, limit.Deadline.RemainingMilliseconds));
        limit.Token.ThrowIfCancellationRequested();
        pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
    }
}
