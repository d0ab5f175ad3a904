using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Urma.Net.Internal;

namespace Urma.Net.Verbs.Control;

/// <summary>Where a name service is, or will be. How one is found without being told: <c>docs/decisions/0017</c>.</summary>
/// <param name="Host">A host's name or address.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Realm">Which names: those of another realm at the same endpoint are others.</param>
internal sealed record RendezvousEndpoint(string Host, int Port, string Realm)
{
    /// <summary>The realm of those that say nothing else.</summary>
    public const string DefaultFabric = "default";

    // Below the ports that systems give to outgoing connections.
    private const int FirstDefaultPort = 20_000;
    private const int DefaultPorts = 10_000;

    /// <summary>The endpoint given, else the environment's, else one on this host alone.</summary>
    /// <param name="given"><c>host:port</c> or <c>[IPv6]:port</c>; null where none was given.</param>
    /// <param name="fabric">Whose names.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="UrmaException">What was given, or stands in the environment, is no endpoint.</exception>
    public static RendezvousEndpoint Find(string? given, string fabric, Func<string, string?> environment)
    {
        if (given is not null)
        {
            return Parse(given, fabric, "the option 'rendezvous'");
        }

        if (environment("URMA_RENDEZVOUS") is { Length: > 0 } chosen)
        {
            return Parse(chosen, fabric, "URMA_RENDEZVOUS");
        }

        if (environment("MASTER_ADDR") is { Length: > 0 } host && environment("MASTER_PORT") is { Length: > 0 } port)
        {
            RendezvousEndpoint launcher = Parse(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}", fabric, "MASTER_ADDR and MASTER_PORT");

            // The launcher's own store listens at that port.
            return launcher with { Port = launcher.Port == ushort.MaxValue ? launcher.Port - 1 : launcher.Port + 1 };
        }

        string realm = $"{Environment.UserName}/{fabric}";
        return new RendezvousEndpoint(IPAddress.Loopback.ToString(), FirstDefaultPort + (int)(Hash(realm) % DefaultPorts), realm);
    }

    /// <summary>Its addresses, as the system resolves the host's name.</summary>
    /// <exception cref="UrmaException">The name is unknown, or time is up.</exception>
    public IPEndPoint[] Resolve(WaitLimit limit)
    {
        if (IPAddress.TryParse(Host, out IPAddress? literal))
        {
            return [new IPEndPoint(literal, Port)];
        }

        try
        {
            Task<IPAddress[]> lookup = Dns.GetHostAddressesAsync(Host, limit.Token);
            return lookup.Wait(limit.Deadline.RemainingMilliseconds, limit.Token)
                ? [.. lookup.Result.Select(a => new IPEndPoint(a, Port))]
                : throw limit.TooLate($"the resolver, which was asked for '{Host}'");
        }
        catch (AggregateException error) when (error.InnerException is SocketException unknown)
        {
            throw new UrmaException(
                UrmaStatus.Failed, $"The host of the name service {this} is not known here: {unknown.Message}.", unknown.NativeErrorCode, unknown);
        }
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static RendezvousEndpoint Parse(string text, string fabric, string source)
    {
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? text : text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            host = string.Empty;
        }

        return host.Length != 0 && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port != 0
            ? new RendezvousEndpoint(host, port, fabric)
            : throw new UrmaException(
                UrmaStatus.InvalidArgument, $"'{text}' (from {source}) is not where names are kept: write host:port, of an IPv6 address [address]:port.");
    }

    // FNV-1a: the same in every process and release, which string.GetHashCode is not.
    private static uint Hash(string text)
    {
        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ b) * 16777619;
        }

        return hash;
    }
}
