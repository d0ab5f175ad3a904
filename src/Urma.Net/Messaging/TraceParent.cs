using System.Buffers.Binary;
using System.Diagnostics;

namespace Urma.Net.Messaging;

/// <summary>
/// Which span a message was sent in, as it travels: W3C's trace id, parent id and flags in 32 bytes, {version 0, flags, 6 bytes 0, trace id
/// 16, parent id 8}. No trace state.
/// </summary>
internal readonly struct TraceParent
{
    public const int Size = 32;

    private const int TraceOffset = 8;
    private const int SpanOffset = 24;
    private const int TraceSize = 16;
    private const int SpanSize = 8;

    // The ids as they lie in the message: no copy has to be made of a value that perhaps nobody looks at.
    private readonly ulong _head;
    private readonly ulong _traceHigh;
    private readonly ulong _traceLow;
    private readonly ulong _span;

    private TraceParent(ReadOnlySpan<byte> source)
    {
        _head = BinaryPrimitives.ReadUInt64LittleEndian(source);
        _traceHigh = BinaryPrimitives.ReadUInt64LittleEndian(source[TraceOffset..]);
        _traceLow = BinaryPrimitives.ReadUInt64LittleEndian(source[(TraceOffset + 8)..]);
        _span = BinaryPrimitives.ReadUInt64LittleEndian(source[SpanOffset..]);
    }

    /// <summary>A span of this process.</summary>
    public static TraceParent Of(Activity activity)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes.Clear();
        bytes[1] = (byte)activity.ActivityTraceFlags;
        activity.TraceId.CopyTo(bytes.Slice(TraceOffset, TraceSize));
        activity.SpanId.CopyTo(bytes.Slice(SpanOffset, SpanSize));
        return new TraceParent(bytes);
    }

    /// <summary>Reads what a peer sent, whatever it is.</summary>
    /// <param name="source">At least <see cref="Size"/> bytes.</param>
    public static TraceParent Read(ReadOnlySpan<byte> source) => new(source);

    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, _head);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[TraceOffset..], _traceHigh);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[(TraceOffset + 8)..], _traceLow);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[SpanOffset..], _span);
    }

    /// <summary>The sender's span; default where there is none, or of a version that is not known.</summary>
    public ActivityContext ToContext()
    {
        Span<byte> bytes = stackalloc byte[Size];
        WriteTo(bytes);
        return bytes[0] != 0 || (_traceHigh | _traceLow) == 0 || _span == 0
            ? default
            : new ActivityContext(
                ActivityTraceId.CreateFromBytes(bytes.Slice(TraceOffset, TraceSize)),
                ActivitySpanId.CreateFromBytes(bytes.Slice(SpanOffset, SpanSize)),
                (ActivityTraceFlags)bytes[1],
                traceState: null,
                isRemote: true);
    }
}
