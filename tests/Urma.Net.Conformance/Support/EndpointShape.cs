namespace Urma.Net.Conformance;

/// <summary>How an <see cref="Endpoint"/> is made.</summary>
public sealed record EndpointShape
{
    /// <summary>Bytes of its memory.</summary>
    public long MemoryLength { get; init; } = 1 << 16;

    /// <summary>What importers of its memory may do.</summary>
    public SegmentAccess Access { get; init; } = SegmentAccess.All;

    /// <summary>Depth of the send queue.</summary>
    public int SendDepth { get; init; } = 64;

    /// <summary>Depth of the receive queue.</summary>
    public int ReceiveDepth { get; init; } = 64;

    /// <summary>Buffers of one receive.</summary>
    public int ReceiveSge { get; init; } = 1;

    /// <summary>Retries while the target has no receive.</summary>
    public int RnrRetry { get; init; } = 7;

    /// <summary>From which length copies may overlap with the poster.</summary>
    public long EngineThreshold { get; init; } = long.MaxValue;

    /// <summary>Transport mode of its jetty.</summary>
    public TransportMode Mode { get; init; } = TransportMode.ReliableMessage;

    /// <summary>A receive queue shared with other endpoints.</summary>
    public Jfr? SharedJfr { get; init; }

    /// <summary>Both queues report to a JFC of this channel.</summary>
    public Jfce? Jfce { get; init; }
}
