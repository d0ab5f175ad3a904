using System.Net;
using System.Net.Sockets;

namespace Urma.Net.Verbs.Tests.Control;

/// <summary>Ports that nobody listens at.</summary>
internal static class Ports
{
    /// <summary>One that was free a moment ago, and that the system gives to nobody who does not ask for it.</summary>
    public static int Free()
    {
        while (true)
        {
            using var probe = new TcpListener(IPAddress.Loopback, Random.Shared.Next(10_000, 20_000));
            try
            {
                probe.Start();
                return ((IPEndPoint)probe.LocalEndpoint).Port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
            }
        }
    }
}
