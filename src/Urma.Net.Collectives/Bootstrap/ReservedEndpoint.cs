using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Urma.Net.Collectives.Bootstrap;

/// <summary>
/// A port that a rank keeps, so that others know beforehand where to find it when the hub is lost. Nobody serves it until a hub is opened there;
/// connections wait in the kernel.
/// </summary>
internal sealed class ReservedEndpoint : IDisposable
{
    private readonly Socket _socket;

    private ReservedEndpoint(Socket socket, IPAddress[] addresses)
    {
        (_socket, Addresses) = (socket, addresses);
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public IPAddress[] Addresses { get; }

    /// <returns>Null without a network.</returns>
    public static ReservedEndpoint? TryOpen()
    {
        Socket? socket = HubSockets.TryListen(null, 0);
        try
        {
            return socket is null ? null : new ReservedEndpoint(socket, HubSockets.OwnAddresses());
        }
        catch (NetworkInformationException)
        {
            socket!.Dispose();
            return null;
        }
    }

    /// <summary>Serves the ranks of an id at this port.</summary>
    /// <param name="id">An id of <see cref="IdOf"/> with this port.</param>
    /// <returns>The hub, whose end leaves the port to this object.</returns>
    public ControlHub Open(UniqueId id) => ControlHub.Open(HubSockets.ForReserved(_socket), id);

    /// <summary>The id of ranks that meet at such a port.</summary>
    public static UniqueId IdOf(ReadOnlySpan<byte> secret, int port, IPAddress[] addresses) =>
        UniqueId.Make(UniqueIdKind.Listener, port, secret, null, addresses, onlyRemote: true);

    public void Dispose() => _socket.Dispose();
}
