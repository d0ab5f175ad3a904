using System.Net;

namespace Urma.Net.Verbs.Control;

/// <summary>How a control plane listens, and what bounds the resources that peers can make it spend.</summary>
internal sealed record ControlOptions
{
    /// <summary>Where it listens: the engine's EID. One address, not <see cref="IPAddress.Any"/>, because peers are told it.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, which is the engine's UASID; 0 for one that the system chooses.</summary>
    public int Port { get; init; }

    /// <summary>What the engine is called in messages at peers; at most 63 bytes of UTF-8.</summary>
    public string Label { get; init; } = string.Empty;

    /// <summary>
    /// After how long without a sign a peer is lost. A stopped process is silent, too: its kernel goes on acknowledging, so the signs are
    /// messages of our own, one in a quarter of this time where nothing else is said.
    /// </summary>
    public TimeSpan SilenceBound { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an accepted connection may take to introduce itself.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections at a time, of both directions; beyond, new ones are refused.</summary>
    public int MaximumConnections { get; init; } = 8192;

    /// <summary>Accepted connections that have not introduced themselves; beyond, the oldest is closed.</summary>
    public int MaximumSilent { get; init; } = 256;

    /// <summary>Requests and notices of one connection that wait for the handler; beyond, the connection is closed.</summary>
    public int QueuedRequests { get; init; } = 4096;

    /// <summary>Their bytes.</summary>
    public int QueuedRequestBytes { get; init; } = 4 << 20;

    /// <summary>Bytes that wait for a peer that does not read; beyond, the connection is closed.</summary>
    public int QueuedBytes { get; init; } = 4 << 20;

    /// <summary>Refused tokens after which a connection is closed; from the fourth on their answers come later and later.</summary>
    public int MaximumRefusals { get; init; } = 64;

    /// <summary>Threads that run the handler, started when needed.</summary>
    public int Workers { get; init; } = 4;

    /// <summary>Where names are kept; null for none.</summary>
    public RendezvousEndpoint? Rendezvous { get; init; }
}
