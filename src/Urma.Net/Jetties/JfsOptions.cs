namespace Urma.Net;

/// <summary>How a send queue is made (<c>urma_jfs_cfg_t</c>).</summary>
public record JfsOptions
{
    /// <summary>Where completions of posted work go. Required.</summary>
    public required Jfc SendJfc { get; init; }

    /// <summary>Most requests posted and not yet polled; 1 to <see cref="ProviderCapabilities.MaxJfsDepth"/>. Rounded up to a power of two.</summary>
    public int Depth { get; init; } = 256;

    /// <summary>Transport mode.</summary>
    public TransportMode TransportMode { get; init; } = TransportMode.ReliableMessage;

    /// <summary>How often a message is tried again while the target has no receive posted: 0 to 6; 7 means for ever.</summary>
    /// <remarks>
    /// The first message to a new receive buffer needs the target's process to hand that buffer over; one that has not done so
    /// within <see cref="UrmaContextOptions.ControlTimeout"/>, because it is stopped or overloaded, counts as a target without a
    /// receive from then on.
    /// </remarks>
    public int RnrRetry { get; init; } = 7;

    /// <summary>
    /// Time between two such tries, up to an hour. Posting and polling try again in passing as well; on its own a waiting message
    /// is tried at most once a millisecond.
    /// </summary>
    public TimeSpan RnrTimer { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// One-sided copies of at least this many bytes may be handed to the UDMA engine thread, so that Post returns at once and
    /// the copy overlaps with computation; <see cref="long.MaxValue"/> (the default) runs every copy while posting.
    /// </summary>
    public long EngineThreshold { get; init; } = long.MaxValue;

    /// <summary>The number it must have, which the caller keeps unique among its own; otherwise the context gives one.</summary>
    internal uint? Number { get; init; }

    /// <summary>What becomes of the queue when a request fails.</summary>
    internal QueueFailure OnFailure { get; init; }

    /// <summary>Leads requests to what they name only by the peer's numbers; null where tokens say everything.</summary>
    internal IQueueWay? Way { get; init; }
}
