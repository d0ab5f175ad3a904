using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives;

/// <summary>
/// Memory that the other ranks may reach into: operations on it copy once, or not at all. Made by <see cref="Communicator.Allocate(long)"/> and
/// <see cref="Communicator.RegisterBuffer(nint, long)"/>.
/// </summary>
/// <remarks>Thread-safe. Dispose it when no operation uses it any more, at the latest with its communicator.</remarks>
public sealed unsafe class RegisteredMemory : IDisposable
{
    private readonly RegisteredBuffers _owner;
    private readonly Segment _segment;
    private int _disposed;

    internal RegisteredMemory(RegisteredBuffers owner, Segment segment)
    {
        _owner = owner;
        _segment = segment;
        Id = owner.Add(segment);
    }

    /// <summary>The first byte.</summary>
    public nint Address => _segment.Address;

    /// <summary>Length in bytes.</summary>
    public long Length => _segment.Length;

    /// <summary>The segment behind it, for work beside collectives.</summary>
    public Segment Segment => _segment;

    internal long Id { get; }

    internal bool BelongsTo(RegisteredBuffers buffers) => _owner == buffers;

    /// <summary>A part of it as elements.</summary>
    /// <typeparam name="T">The type of an element; the address must be aligned for it.</typeparam>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="count">How many elements; at most what a span can hold.</param>
    /// <exception cref="ArgumentOutOfRangeException">The elements do not lie inside.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public Span<T> AsSpan<T>(long offset, int count)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, (Length - offset) / Unsafe.SizeOf<T>());
        return new Span<T>((byte*)Address + offset, count);
    }

    /// <summary>All of it as elements.</summary>
    /// <typeparam name="T">The type of an element.</typeparam>
    /// <exception cref="OverflowException">It holds more elements than a span can.</exception>
    public Span<T> AsSpan<T>()
        where T : unmanaged => AsSpan<T>(0, checked((int)(Length / Unsafe.SizeOf<T>())));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _owner.Remove(this);
            _segment.Dispose();
        }
    }
}
