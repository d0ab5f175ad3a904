namespace Urma.Net;

/// <summary>How one end of a <see cref="MessageChannel"/> is made. The two ends may differ.</summary>
public sealed record MessageChannelOptions
{
    internal const int MinSlotSize = 512;
    internal const int MaxSlotSize = 1 << 20;
    internal const int MaxSlots = 1 << 14;
    internal const int MaxLargeBuffers = 8;

    /// <summary>
    /// Longest message, in bytes, that is delivered straight into a receive slot; 512 to 1 MiB. Longer ones are copied once, into a
    /// large buffer that the receiver grants.
    /// </summary>
    public int SlotSize { get; init; } = 4096;

    /// <summary>Messages the peer may have under way or unread here before it has to wait; 1 to 16,384. Memory: slots times slot size.</summary>
    public int Slots { get; init; } = 256;

    /// <summary>Most large buffers kept for the peer, 1 to 8. Two let one fill while the other is read.</summary>
    public int LargeBuffers { get; init; } = 2;

    /// <summary>Longest message accepted, in bytes. The memory for a long message is allocated when the peer announces it.</summary>
    public long MaxMessageLength { get; init; } = 1L << 40;

    /// <summary>Where code after an <c>await</c> runs.</summary>
    public ContinuationMode Continuations { get; init; }

    /// <summary>Who looks for messages while an awaited call is pending; with <see cref="ProgressMode.Manual"/> call <see cref="MessageChannel.Poll"/>.</summary>
    public ProgressMode Progress { get; init; }

    /// <summary>
    /// Whether messages carry the span (<see cref="System.Diagnostics.Activity.Current"/>) they are sent in, so that the receiver's spans
    /// belong to the sender's trace: <see cref="MessageLease.TraceContext"/>. Takes effect where both ends ask for it
    /// (<see cref="MessageChannel.CarriesTraceContext"/>). What travels is W3C's trace id, parent id and flags, no trace state.
    /// </summary>
    /// <remarks>
    /// A message inside a span takes 48 bytes more of its slot and is copied once more on its way; one that is then longer than
    /// <see cref="MessageChannel.EagerLimit"/>, and one given as registered bytes, goes through a large buffer. Messages outside of
    /// a span travel as ever, short ones some nanoseconds slower.
    /// </remarks>
    public bool PropagateTraceContext { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SlotSize, MinSlotSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SlotSize, MaxSlotSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(Slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Slots, MaxSlots);
        ArgumentOutOfRangeException.ThrowIfLessThan(LargeBuffers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LargeBuffers, MaxLargeBuffers);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMessageLength, 0);
    }
}
