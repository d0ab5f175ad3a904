using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>
/// The use of an owned range: until it is disposed nobody else gets the range. What the last writer stored before its scope ended
/// is there.
/// </summary>
/// <remarks>A <c>ref struct</c>: it cannot be stored, boxed or carried over an <c>await</c>. Do not copy it and dispose both.</remarks>
public unsafe ref struct OwnershipScope
{
    private readonly byte* _start;
    private readonly int _first;
    private readonly int _end;
    private readonly long _begin;
    private OwnershipDomain? _domain;

    internal OwnershipScope(OwnershipDomain domain, byte* start, long length, int first, int end, bool writable, long begin)
    {
        _domain = domain;
        _start = start;
        _first = first;
        _end = end;
        _begin = begin;
        Length = length;
        IsWritable = writable;
    }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>Whether it was opened for writing.</summary>
    public bool IsWritable { get; }

    /// <summary>All bytes, for storing; for scopes up to 2³¹ − 1 bytes.</summary>
    /// <exception cref="UrmaException">The scope was opened for reading, or a fabric model is on, which cannot delay a span.</exception>
    public readonly Span<byte> Bytes => Span<byte>(0, checked((int)Length));

    /// <summary>All bytes, for loading; for scopes up to 2³¹ − 1 bytes.</summary>
    public readonly ReadOnlySpan<byte> ReadOnlyBytes => ReadOnlySpan<byte>(0, checked((int)Length));

    /// <summary>Elements, for storing.</summary>
    /// <typeparam name="T">An unmanaged element type.</typeparam>
    /// <param name="offset">Bytes from the start of the scope.</param>
    /// <param name="count">Elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The elements do not lie inside the scope.</exception>
    /// <exception cref="UrmaException">The scope was opened for reading, or a fabric model is on, which cannot delay a span.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Span<T> Span<T>(long offset, int count)
        where T : unmanaged
    {
        if (!IsWritable)
        {
            ThrowReadOnly();
        }

        return new Span<T>(Checked(offset, count, sizeof(T)), count);
    }

    /// <summary>Elements, for loading.</summary>
    /// <typeparam name="T">An unmanaged element type.</typeparam>
    /// <param name="offset">Bytes from the start of the scope.</param>
    /// <param name="count">Elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The elements do not lie inside the scope.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ReadOnlySpan<T> ReadOnlySpan<T>(long offset, int count)
        where T : unmanaged => new(Checked(offset, count, sizeof(T)), count);

    /// <summary>Ends the use; idempotent on one value. Do not use its spans any more.</summary>
    public void Dispose()
    {
        OwnershipDomain? domain = _domain;
        _domain = null;
        domain?.Close(_first, _end, _begin);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* Checked(long offset, int count, int size)
    {
        if (_domain is not { RefusesSpans: false })
        {
            ThrowNoSpans(_domain);
        }

        if ((ulong)offset > (ulong)Length || (ulong)((long)count * size) > (ulong)(Length - offset))
        {
            ThrowHelper.OutOfRange(offset, (long)count * size, Length);
        }

        return _start + offset;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowNoSpans(OwnershipDomain? domain)
    {
        ObjectDisposedException.ThrowIf(domain is null, typeof(OwnershipScope));
        ThrowHelper.Undelayed();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowReadOnly() =>
        throw new UrmaException(UrmaStatus.OperationNotPermitted, "The scope was opened for reading: open it with AcquireWrite or OpenWrite.");
}
