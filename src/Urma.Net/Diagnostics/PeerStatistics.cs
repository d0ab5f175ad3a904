namespace Urma.Net;

/// <summary>Another engine as an engine sees it, in <see cref="UrmaStatistics"/>.</summary>
/// <remarks>Immutable. An engine that took a lost one's number is another peer: <see cref="ConnectedAt"/> tells them apart.</remarks>
public sealed class PeerStatistics
{
    /// <summary>Its device.</summary>
    public Eid Eid { get; internal init; }

    /// <summary>Its address-space id.</summary>
    public uint Uasid { get; internal init; }

    /// <summary>Its process, as the observed engine sees it; 0 where it cannot.</summary>
    public int ProcessId { get; internal init; }

    /// <summary>Its <see cref="UrmaContextOptions.Label"/>, shortened to some 60 bytes; empty when it has none.</summary>
    public string Label { get; internal init; } = string.Empty;

    /// <summary>Whether it is there.</summary>
    public PeerState State { get; internal init; }

    /// <summary>When it was connected (UTC, to the millisecond).</summary>
    public DateTimeOffset ConnectedAt { get; internal init; }

    /// <summary>When it was lost; null while it is connected.</summary>
    public DateTimeOffset? LostAt { get; internal init; }

    /// <summary>
    /// How long operations with it took, all kinds of <see cref="UrmaStatistics.Latency"/> that go through a queue together, of one in
    /// <see cref="UrmaStatistics.SampleInterval"/>; empty where the provider does not know whom a request goes to.
    /// </summary>
    public LatencyHistogram Latency { get; internal init; }
}
