using System.Net;
using System.Net.Sockets;
using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Verbs.Control;

/// <summary>A listening socket: lets those in that introduce themselves. Loop's thread only, but for making it.</summary>
internal sealed class Doorway : IFabricSource
{
    private const int Backlog = 1024;
    private const int AcceptsPerRound = 16;
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(50);

    private readonly Socket _socket;
    private readonly PeerEnvironment _environment;
    private readonly HelloPurpose _purpose;
    private readonly EngineIdentity _identity;
    private readonly IPeerService _service;
    private readonly Action<string> _refused;
    private readonly LinkedList<Guest> _guests = [];
    private ulong _token;
    private bool _closed;

    /// <summary>Prepares to accept on a socket, which is taken over.</summary>
    public Doorway(
        Socket socket, HelloPurpose purpose, EngineIdentity identity, PeerEnvironment environment, IPeerService service, Action<string> refused)
    {
        _socket = socket;
        _purpose = purpose;
        _identity = identity;
        _environment = environment;
        _service = service;
        _refused = refused;
    }

    /// <summary>Binds an address and listens there.</summary>
    /// <exception cref="SocketException">It is taken, or not this host's.</exception>
    public static Socket Listen(IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            socket.Bind(endpoint);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Begins to accept.</summary>
    public void Open()
    {
        if (!_closed)
        {
            _token = _environment.Loop.Add((int)_socket.SafeHandle.DangerousGetHandle(), this);
        }
    }

    /// <inheritdoc/>
    public void OnReady()
    {
        for (int i = 0; i < AcceptsPerRound && _socket.Poll(0, SelectMode.SelectRead); i++)
        {
            Socket accepted;
            try
            {
                accepted = _socket.Accept();
            }
            catch (SocketException gone) when (gone.SocketErrorCode is SocketError.WouldBlock or SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                return;
            }
            catch (SocketException)
            {
                // For want of descriptors or memory, which trying at once again does not bring back.
                _environment.Loop.Remove((int)_socket.SafeHandle.DangerousGetHandle(), _token);
                _environment.Loop.Schedule(PauseAfterFailure, Open);
                return;
            }

            Receive(accepted);
        }
    }

    /// <summary>Stops to accept.</summary>
    public void Close()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        _environment.Loop.Remove((int)_socket.SafeHandle.DangerousGetHandle(), _token);
        _socket.Dispose();
        while (_guests.First is { } first)
        {
            first.Value.End(null);
        }
    }

    private void Receive(Socket socket)
    {
        Guest guest;
        try
        {
            guest = new Guest(_environment.Loop, new TcpChannel(socket, (IPEndPoint)socket.RemoteEndPoint!), OnIntroduced);
            guest.Attach();
        }
        catch (Exception gone) when (gone is SocketException or UrmaException)
        {
            socket.Dispose();
            return;
        }

        _guests.AddLast(guest);
        if (_guests.Count > _environment.Options.MaximumSilent)
        {
            _guests.First!.Value.End(null);
        }

        _environment.Loop.Schedule(_environment.Options.HelloTimeout, () => guest.End(null));
    }

    private void OnIntroduced(Guest guest, Hello? hello)
    {
        _guests.Remove(guest);
        if (_closed || hello is not { } introduced)
        {
            guest.Channel.Dispose();
            if (!_closed)
            {
                _refused($"A connection from {guest.Channel.Remote} was closed: it did not introduce itself as an engine.");
            }

            return;
        }

        HelloVerdict verdict = Judge(introduced);
        Span<byte> answer = stackalloc byte[Hello.Size];
        new Hello(Hello.CurrentVersion, _purpose, verdict, _identity).Write(answer);

        // A fresh socket has room for it.
        bool sent = guest.Channel.Send(answer) == Hello.Size;
        var peer = new ControlPeer(introduced.Identity, isOutgoing: false, guest.Channel, _environment, _service);
        if (verdict == HelloVerdict.Welcome && sent && _environment.Table.TryAdd(peer, isFindable: false))
        {
            peer.Begin();
            return;
        }

        guest.Channel.Dispose();
        if (verdict != HelloVerdict.Welcome)
        {
            _refused($"A connection from {guest.Channel.Remote} was refused: {Explain(verdict, introduced)}.");
        }
    }

    private HelloVerdict Judge(in Hello hello) =>
        hello.Version != Hello.CurrentVersion ? HelloVerdict.OtherVersion
        : hello.Purpose != _purpose ? HelloVerdict.OtherPurpose
        : _environment.Table.Count >= _environment.Options.MaximumConnections ? HelloVerdict.Full
        : HelloVerdict.Welcome;

    private static string Explain(HelloVerdict verdict, in Hello hello) => verdict switch
    {
        HelloVerdict.OtherVersion => $"it speaks version {hello.Version} of the control protocol, this end version {Hello.CurrentVersion}",
        HelloVerdict.OtherPurpose => $"it wants something else ({hello.Purpose})",
        _ => "there are too many connections",
    };
}
