namespace Urma.Net;

/// <summary>
/// A received message in place: the bytes stay where the sender put them until <see cref="Dispose"/> gives the room back.
/// </summary>
/// <remarks>
/// A value of 16 bytes; copies are the same lease. Undisposed leases cost the sender its credit, so dispose them soon. May be
/// disposed on any thread; disposing twice does nothing. Once it is disposed, or the channel is, the bytes must not be touched.
/// </remarks>
public readonly struct MessageLease : IDisposable, IEquatable<MessageLease>
{
    private readonly MessageChannel? _channel;
    private readonly int _slot;
    private readonly uint _generation;

    internal MessageLease(MessageChannel channel, int slot, uint generation)
    {
        _channel = channel;
        _slot = slot;
        _generation = generation;
    }

    /// <summary>Whether this is no message but the end: the peer sends nothing any more.</summary>
    public bool IsEnd => _channel is null;

    /// <summary>Length in bytes; 0 at the end.</summary>
    /// <exception cref="ObjectDisposedException">The lease was disposed.</exception>
    public long Length => _channel is null ? 0 : _channel.LengthOf(_slot, _generation);

    /// <summary>The bytes, for messages up to 2³¹ − 1.</summary>
    /// <exception cref="ObjectDisposedException">The lease was disposed.</exception>
    /// <exception cref="OverflowException">The message is longer: use <see cref="Slice"/>.</exception>
    public ReadOnlySpan<byte> Span => _channel is null ? default : _channel.SpanOf(_slot, _generation);

    /// <summary>The message as a buffer of work requests, for passing it on without a copy.</summary>
    /// <exception cref="ObjectDisposedException">The lease was disposed, or this is the end.</exception>
    public SegmentRange Range
    {
        get
        {
            ObjectDisposedException.ThrowIf(_channel is null, typeof(MessageLease));
            return _channel.RangeOf(_slot, _generation);
        }
    }

    /// <summary>
    /// The span the message was sent in, for the parent or a link of the receiver's own; default where it carries none
    /// (<see cref="MessageChannelOptions.PropagateTraceContext"/>).
    /// </summary>
    /// <exception cref="ObjectDisposedException">The lease was disposed.</exception>
    public System.Diagnostics.ActivityContext TraceContext => _channel is null ? default : _channel.TraceOf(_slot, _generation);

    /// <summary>A part of the message.</summary>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="length">Bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside the message.</exception>
    public unsafe ReadOnlySpan<byte> Slice(long offset, int length)
    {
        SegmentRange part = Range.Slice(offset, length);
        return new ReadOnlySpan<byte>((void*)part.Address, length);
    }

    /// <summary>Gives the room back to the sender.</summary>
    public void Dispose() => _channel?.Release(_slot, _generation);

    /// <inheritdoc/>
    public bool Equals(MessageLease other) => _channel == other._channel && _slot == other._slot && _generation == other._generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is MessageLease other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_channel, _slot, _generation);

    /// <summary>Whether both are the same lease.</summary>
    public static bool operator ==(MessageLease left, MessageLease right) => left.Equals(right);

    /// <summary>Whether they are different leases.</summary>
    public static bool operator !=(MessageLease left, MessageLease right) => !left.Equals(right);
}
