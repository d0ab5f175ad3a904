using System.Net;
using System.Net.Sockets;

namespace Urma.Net.Verbs.Tests.Control;

/// <summary>Ports that nobody listens at.</summary>
internal static class Ports
{
    /// <summary>One that was free a moment ago.</summary>
    public static int Free()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
