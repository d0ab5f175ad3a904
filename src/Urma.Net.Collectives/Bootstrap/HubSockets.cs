using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Collectives.Bootstrap;

/// <summary>The sockets at which a hub can be reached: one for this host, and where the id has an address, one for others.</summary>
internal sealed class HubSockets : IDisposable
{
    private const int Backlog = 512;
    private const int SolSocket = 1;
    private const int SoReuseAddress = 2;

    private HubSockets(Socket? local, Socket? remote) => (Local, Remote) = (local, remote);

    public Socket? Local { get; }

    public Socket? Remote { get; private set; }

    /// <summary>Whether somebody else goes on listening at the port.</summary>
    public bool IsReserved { get; private init; }

    /// <summary>Makes an id for sockets that listen from now on.</summary>
    /// <param name="address">Where to listen for other hosts; everywhere when null.</param>
    /// <param name="id">The id that leads there.</param>
    public static HubSockets ForNewId(IPAddress? address, out UniqueId id)
    {
        Span<byte> secret = stackalloc byte[Sha256.Size];
        Entropy.Fill(secret);
        Socket? remote = null;
        try
        {
            remote = TryListen(address, 0);
            int port = remote is null ? 0 : ((IPEndPoint)remote.LocalEndPoint!).Port;
            id = UniqueId.Make(UniqueIdKind.Listener, port, secret, null, remote is null ? [] : address is null ? OwnAddresses() : [address], onlyRemote: address is not null);
            return new HubSockets(id.HasLocalName ? ListenAtName(id.SocketName()) : null, remote);
        }
        catch
        {
            remote?.Dispose();
            throw;
        }
    }

    /// <summary>Listens as an id says which every rank has made by itself.</summary>
    /// <exception cref="SocketException">Its name or port is taken, or its host is another machine.</exception>
    public static HubSockets ForCommonId(UniqueId id) => id.HasLocalName
        ? new HubSockets(ListenAtName(id.SocketName()), null)
        : new HubSockets(null, Listen(OnlyLoopback(id.Text), id.Port));

    /// <summary>Listens by a socket that stays its owner's.</summary>
    /// <exception cref="SocketException">There are no descriptors left.</exception>
    public static HubSockets ForReserved(Socket socket)
    {
        int descriptor = Libc.Fcntl((int)socket.Handle, Libc.F_DUPFD_CLOEXEC, 0);
        return descriptor >= 0
            ? new HubSockets(null, new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)) { Blocking = false }) { IsReserved = true }
            : throw new SocketException((int)SocketError.TooManyOpenSockets);
    }

    /// <summary>Frees the port for the next communicator.</summary>
    public void CloseRemote()
    {
        Remote?.Dispose();
        Remote = null;
    }

    public void Dispose()
    {
        Local?.Dispose();
        Remote?.Dispose();
    }

    private static Socket ListenAtName(string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        return Listen(socket, new UnixDomainSocketEndPoint("\0" + name));
    }

    // Without a network, ranks of this host can still meet.
    public static Socket? TryListen(IPAddress? address, int port)
    {
        try
        {
            return Listen(address, port);
        }
        catch (SocketException) when (address is null)
        {
            return null;
        }
    }

    private static Socket Listen(IPAddress? address, int port)
    {
        bool both = address is null && Socket.OSSupportsIPv6;
        IPAddress at = address ?? (both ? IPAddress.IPv6Any : IPAddress.Any);
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (both)
            {
                socket.DualMode = true;
            }

            // A port whose last connections have just ended is free. The platform's option of that name would let two listeners share it.
            socket.SetRawSocketOption(SolSocket, SoReuseAddress, BitConverter.GetBytes(1));
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return Listen(socket, new IPEndPoint(at, port));
    }

    private static Socket Listen(Socket socket, EndPoint at)
    {
        try
        {
            socket.Blocking = false;
            socket.Bind(at);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static IPAddress? OnlyLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address) ? address
        : null;

    // Those with a gateway first: the others are often bridges that every host has.
    public static IPAddress[] OwnAddresses()
    {
        IEnumerable<IPAddress> addresses = NetworkInterface.GetAllNetworkInterfaces()
            .Where(static i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Select(static i => i.GetIPProperties())
            .OrderBy(static p => p.GatewayAddresses.Count == 0)
            .SelectMany(static p => p.UnicastAddresses.Select(static u => u.Address))
            .Where(static a => !a.IsIPv6LinkLocal)
            .OrderBy(static a => a.AddressFamily != AddressFamily.InterNetwork)
            .Take(UniqueId.MaximumAddresses)
            .DefaultIfEmpty(IPAddress.Loopback);
        return [.. addresses];
    }
}
