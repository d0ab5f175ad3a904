using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Urma.Net.Internal;

namespace Urma.Net.Collectives.Bootstrap;

/// <summary>Finds the hub of an id and joins it, trying again until it is there or the time is over.</summary>
internal sealed class HubConnector(UniqueId id, int rank, int size, Deadline deadline, CancellationToken cancellationToken)
{
    // What one address may take before the next is tried.
    private const int ConnectMilliseconds = 2_000;
    private const int Slice = 20;
    private const int LongestPause = 50;

    private string? _problem;
    private IPAddress[] _addresses = id.Addresses();

    /// <summary>The hub that this call opened, because it is rank 0 that does; otherwise null.</summary>
    public ControlHub? OwnHub { get; private set; }

    /// <summary>Joins.</summary>
    /// <param name="hub">Who joins the ranks together.</param>
    /// <exception cref="CollectiveException">The hub refused this rank, or was not found in time.</exception>
    public ControlLink Connect(out HubIdentity hub)
    {
        try
        {
            for (int pause = 1; ; pause = Math.Min(2 * pause, LongestPause))
            {
                OpenOwnHub();
                if (TryAll(out hub) is { } link)
                {
                    return link;
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (deadline.HasPassed)
                {
                    throw NotFound();
                }

                _ = cancellationToken.WaitHandle.WaitOne(Math.Min(pause, deadline.RemainingMilliseconds));
            }
        }
        catch
        {
            OwnHub?.Discard();
            throw;
        }
    }

    private CollectiveException NotFound()
    {
        string who = id.Kind == UniqueIdKind.Listener ? "the process that made the id (is it still running, and was the id made for a communicator that exists already?)"
            : rank == 0 ? "this rank itself" : "rank 0 (was it started, with the same name or address?)";
        string where = id.Kind == UniqueIdKind.Name ? " on this host" : string.Empty;
        string message = $"Rank {rank} of {size} did not reach {who} of communicator {id.Describe()}{where} in time: {_problem ?? "nobody listens"}.";
        return new CollectiveException(new CommunicatorFault(CommunicatorFaultKind.Timeout, rank, message));
    }

    private void OpenOwnHub()
    {
        if (rank != 0 || id.Kind == UniqueIdKind.Listener || OwnHub is not null)
        {
            return;
        }

        try
        {
            OwnHub = ControlHub.Open(id);
        }
        catch (SocketException error)
        {
            // Perhaps the communicator before it is about to end, or another rank 0 is there: which its hub will say.
            _problem = $"it cannot listen as {id.Describe()} ({error.Message})";
        }
    }

    private ControlLink? TryAll(out HubIdentity hub)
    {
        hub = default;
        if (id.HasLocalName && Try(new UnixDomainSocketEndPoint("\0" + id.SocketName()), out hub) is { } local)
        {
            return local;
        }

        foreach (IPAddress address in Resolve())
        {
            if (Try(new IPEndPoint(address, id.Port), out hub) is { } remote)
            {
                return remote;
            }
        }

        return null;
    }

    private IPAddress[] Resolve()
    {
        if (_addresses.Length == 0 && id.Kind == UniqueIdKind.Endpoint)
        {
            try
            {
                using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(Math.Max(1, deadline.RemainingMilliseconds));
                _addresses = Dns.GetHostAddressesAsync(id.Text, limit.Token).GetAwaiter().GetResult();
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                _problem = $"the host '{id.Text}' is unknown ({error.Message})";
            }
        }

        return _addresses;
    }

    private ControlLink? Try(EndPoint at, out HubIdentity hub)
    {
        hub = default;
        ControlLink? link = null;
        try
        {
            link = Open(at);
            if (link is not null && Greet(link, out hub))
            {
                return link;
            }
        }
        catch (Exception error) when (error is SocketException or InvalidDataException)
        {
            // The name of this host is the first of several ways: that nobody is there is worth no words. Neither is what the deadline cut short.
            bool isWorthIt = (at is IPEndPoint || id.Kind == UniqueIdKind.Name) && !deadline.HasPassed;
            _problem = isWorthIt || _problem is null ? Problem(at, error) : _problem;
        }
        catch
        {
            link?.Dispose();
            throw;
        }

        link?.Dispose();
        return null;
    }

    private static string Problem(EndPoint at, Exception error) => error switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => at is IPEndPoint ? $"nobody listens at {at}" : "nobody listens",
        _ => at is IPEndPoint ? $"{at}: {error.Message}" : error.Message,
    };

    private ControlLink? Open(EndPoint at)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, at is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        try
        {
            socket.Blocking = false;
            try
            {
                socket.Connect(at);
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                Wait(ConnectMilliseconds, milliseconds => socket.Poll(milliseconds * 1000, SelectMode.SelectWrite));
                int code = (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
                if (code != 0)
                {
                    throw new SocketException(code);
                }
            }

            if (at is UnixDomainSocketEndPoint)
            {
                PeerCredentials.Of((int)socket.Handle).EnsureSameUser();
            }

            return new ControlLink(socket);
        }
        catch (UrmaException error)
        {
            _problem = error.Message.TrimEnd('.');
            socket.Dispose();
            return null;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool Greet(ControlLink link, out HubIdentity hub)
    {
        ControlHello hello = ControlHello.Own(id, rank, size);
        byte[] said = hello.ToFrame();
        _ = link.Send(said);
        hub = default;
        while (true)
        {
            ControlFrame frame = Next(link);
            FrameReader reader = frame.Read();
            switch (frame.Kind)
            {
                case FrameKind.Challenge:
                    ReadOnlySpan<byte> body = said.AsSpan(FrameWriter.HeaderLength);
                    UInt128 nonce = reader.Wide();
                    if (!ControlHello.Matches(ControlHello.Prove(id.Secret, "hub", body, nonce), reader.Raw(Sha256.Size)))
                    {
                        throw new InvalidDataException("someone listens there who does not know the secret of the id");
                    }

                    // This is the hub: what it says may be as long as all ranks' parts together.
                    link.FrameLimit = int.MaxValue;
                    _ = link.Send(new FrameWriter(FrameKind.Proof).Raw(ControlHello.Prove(id.Secret, "rank", body, nonce)).ToFrame());
                    break;
                case FrameKind.Welcome:
                    hub = new HubIdentity(reader.Wide(), reader.Number(), reader.Text());
                    return true;
                case FrameKind.Elsewhere:
                    _problem = reader.Text();
                    return false;
                case FrameKind.Refused:
                    throw new CollectiveException(UrmaStatus.InvalidArgument, reader.Text());
                default:
                    throw new InvalidDataException("someone listens there who is no hub");
            }
        }
    }

    private ControlFrame Next(ControlLink link)
    {
        ControlFrame frame;
        while (!link.TryTake(out frame))
        {
            Wait(ControlLimits.Handshake, link.WaitToReceive);
            if (!link.Receive())
            {
                // A refusal and the end often come together.
                return link.TryTake(out frame) ? frame : throw new InvalidDataException("the connection ended while joining");
            }
        }

        return frame;
    }

    private void Wait(int milliseconds, Func<int, bool> isReady)
    {
        Deadline own = Deadline.After(TimeSpan.FromMilliseconds(Math.Min(milliseconds, deadline.RemainingMilliseconds)));
        while (!isReady(Slice))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (own.HasPassed)
            {
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"no answer in {milliseconds} ms"));
            }
        }
    }
}
