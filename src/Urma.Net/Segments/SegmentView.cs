using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Urma.Net;

/// <summary>
/// A lease over mapped memory, local or remote: payload through spans, flags and counters through ordered accesses.
/// A <c>ref struct</c>: it cannot be stored, boxed or carried over an <c>await</c>.
/// </summary>
/// <remarks>
/// Ordering: a <see cref="StoreRelease{T}"/> is seen only after every earlier store of this thread; after a
/// <see cref="LoadAcquire{T}"/> every later load sees at least what the storing side had stored before. Offsets are checked
/// on every access; atomics need natural alignment.
/// </remarks>
public unsafe ref struct SegmentView
{
    private readonly byte* _base;
    private readonly long _length;
    private readonly bool _writable;
    private Internal.ISegmentLease? _lease;

    internal SegmentView(byte* @base, long length, bool writable, Internal.ISegmentLease? lease)
    {
        _base = @base;
        _length = length;
        _writable = writable;
        _lease = lease;
    }

    /// <summary>A view whose accesses a fabric model delays.</summary>
    internal SegmentView(byte* @base, bool writable, Internal.DelayedLease lease)
        : this(@base, 0, writable, lease)
    {
    }

    /// <summary>Length in bytes.</summary>
    public readonly long Length => _length != 0 ? _length : DelayedLength(_lease);

    /// <summary>
    /// Whether a <see cref="FabricModel"/> delays the ordered accesses of this view. Spans and <see cref="Address"/> cannot be
    /// delayed: they are refused, or with <see cref="FabricModel.AllowUndelayedViews"/> at the speed of this machine.
    /// </summary>
    public readonly bool IsDelayed => _lease is Internal.DelayedLease;

    /// <summary>Whether stores are granted. Where they are not, the kernel refuses them too.</summary>
    public readonly bool IsWritable => _writable;

    /// <summary>First byte of the view, for native code. Valid while the lease is open.</summary>
    /// <exception cref="UrmaException">The view is delayed by a <see cref="FabricModel"/>, which this address would go round.</exception>
    public readonly nint Address => _length != 0 ? (nint)_base : DelayedAddress(_lease, _base);

    /// <summary>Whether the grant behind this view has ended: it then shows private scratch memory, never another's data.</summary>
    public readonly bool IsRevoked => _lease?.IsRevoked ?? false;

    /// <summary>What keeps the mapping in place, for whoever keeps the address beyond this value and then releases the lease itself.</summary>
    internal readonly Internal.ISegmentLease? Lease => _lease;

    /// <summary>Bytes as a read-only span.</summary>
    /// <param name="offset">Bytes from the start of the view.</param>
    /// <param name="length">Bytes, up to 2³¹ − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The piece does not lie inside the view.</exception>
    public readonly ReadOnlySpan<byte> ReadOnlyBytes(long offset, int length) => new(Checked(offset, length), length);

    /// <summary>Bytes as a span, for payload. Flags belong to the ordered accesses.</summary>
    /// <param name="offset">Bytes from the start of the view.</param>
    /// <param name="length">Bytes, up to 2³¹ − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The piece does not lie inside the view.</exception>
    /// <exception cref="UrmaException">The view is read-only.</exception>
    public readonly Span<byte> Bytes(long offset, int length) => new(Checked(offset, length, write: true), length);

    /// <summary>Elements as a span.</summary>
    /// <typeparam name="T">An unmanaged element type.</typeparam>
    /// <param name="offset">Bytes from the start of the view.</param>
    /// <param name="count">Elements.</param>
    public readonly Span<T> Span<T>(long offset, int count)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new Span<T>(Checked(offset, (long)count * sizeof(T), write: true), count);
    }

    /// <summary>Elements as a read-only span.</summary>
    /// <typeparam name="T">An unmanaged element type.</typeparam>
    /// <param name="offset">Bytes from the start of the view.</param>
    /// <param name="count">Elements.</param>
    public readonly ReadOnlySpan<T> ReadOnlySpan<T>(long offset, int count)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new ReadOnlySpan<T>(Checked(offset, (long)count * sizeof(T)), count);
    }

    /// <summary>Loads a value; later loads and stores stay behind it.</summary>
    /// <typeparam name="T">int, uint, long, ulong or another unmanaged type of 4 or 8 bytes.</typeparam>
    /// <param name="offset">Bytes from the start of the view, aligned to the type's size.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T LoadAcquire<T>(long offset)
        where T : unmanaged
    {
        byte* p = Aligned<T>(offset);
        if (sizeof(T) == 8)
        {
            ulong value = Volatile.Read(ref *(ulong*)p);
            return Unsafe.As<ulong, T>(ref value);
        }

        uint word = Volatile.Read(ref *(uint*)p);
        return Unsafe.As<uint, T>(ref word);
    }

    /// <summary>Stores a value; earlier loads and stores stay before it.</summary>
    /// <typeparam name="T">int, uint, long, ulong or another unmanaged type of 4 or 8 bytes.</typeparam>
    /// <param name="offset">Bytes from the start of the view, aligned to the type's size.</param>
    /// <param name="value">The value.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void StoreRelease<T>(long offset, T value)
        where T : unmanaged
    {
        byte* p = Aligned<T>(offset, write: true);
        if (sizeof(T) == 8)
        {
            Volatile.Write(ref *(ulong*)p, Unsafe.As<T, ulong>(ref value));
        }
        else
        {
            Volatile.Write(ref *(uint*)p, Unsafe.As<T, uint>(ref value));
        }
    }

    /// <summary>Atomically adds and returns the value before. Integers only.</summary>
    /// <typeparam name="T">int, uint, long or ulong; another type is refused.</typeparam>
    /// <param name="offset">Bytes from the start of the view, aligned to the type's size.</param>
    /// <param name="value">What to add.</param>
    public readonly T FetchAdd<T>(long offset, T value)
        where T : unmanaged
    {
        if (typeof(T) != typeof(int) && typeof(T) != typeof(uint) && typeof(T) != typeof(long) && typeof(T) != typeof(ulong))
        {
            throw new NotSupportedException("FetchAdd adds integers: use int, uint, long or ulong.");
        }

        byte* p = Aligned<T>(offset, write: true);
        if (sizeof(T) == 8)
        {
            ulong operand = Unsafe.As<T, ulong>(ref value);
            ulong old = Interlocked.Add(ref *(ulong*)p, operand) - operand;
            return Unsafe.As<ulong, T>(ref old);
        }

        uint operand32 = Unsafe.As<T, uint>(ref value);
        uint old32 = Interlocked.Add(ref *(uint*)p, operand32) - operand32;
        return Unsafe.As<uint, T>(ref old32);
    }

    /// <summary>Atomically stores and returns the value before.</summary>
    /// <typeparam name="T">An unmanaged type of 4 or 8 bytes.</typeparam>
    /// <param name="offset">Bytes from the start of the view, aligned to the type's size.</param>
    /// <param name="value">What to store.</param>
    public readonly T Swap<T>(long offset, T value)
        where T : unmanaged
    {
        byte* p = Aligned<T>(offset, write: true);
        if (sizeof(T) == 8)
        {
            ulong old = Interlocked.Exchange(ref *(ulong*)p, Unsafe.As<T, ulong>(ref value));
            return Unsafe.As<ulong, T>(ref old);
        }

        uint old32 = Interlocked.Exchange(ref *(uint*)p, Unsafe.As<T, uint>(ref value));
        return Unsafe.As<uint, T>(ref old32);
    }

    /// <summary>Atomically replaces the value if it equals <paramref name="compare"/>; returns the value before.</summary>
    /// <typeparam name="T">An unmanaged type of 4 or 8 bytes.</typeparam>
    /// <param name="offset">Bytes from the start of the view, aligned to the type's size.</param>
    /// <param name="compare">What the word must hold.</param>
    /// <param name="value">What to store.</param>
    public readonly T CompareSwap<T>(long offset, T compare, T value)
        where T : unmanaged
    {
        byte* p = Aligned<T>(offset, write: true);
        if (sizeof(T) == 8)
        {
            ulong old = Interlocked.CompareExchange(ref *(ulong*)p, Unsafe.As<T, ulong>(ref value), Unsafe.As<T, ulong>(ref compare));
            return Unsafe.As<ulong, T>(ref old);
        }

        uint old32 = Interlocked.CompareExchange(ref *(uint*)p, Unsafe.As<T, uint>(ref value), Unsafe.As<T, uint>(ref compare));
        return Unsafe.As<uint, T>(ref old32);
    }

    /// <summary>Ends the lease; idempotent on one value. Do not copy a view and dispose both.</summary>
    public void Dispose()
    {
        Internal.ISegmentLease? lease = _lease;
        _lease = null;
        lease?.Release();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* Checked(long offset, long length, bool write = false, bool isOrdered = false)
    {
        if ((ulong)offset > (ulong)_length || (ulong)length > (ulong)(_length - offset))
        {
            return Delayed(_lease, _base, _length, offset, length, write, isOrdered);
        }

        if (write && !_writable)
        {
            Internal.ThrowHelper.ReadOnly();
        }

        return _base + offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* Aligned<T>(long offset, bool write = false)
        where T : unmanaged
    {
        if (sizeof(T) != 4 && sizeof(T) != 8)
        {
            throw new NotSupportedException("Ordered and atomic accesses are 4 or 8 bytes wide.");
        }

        byte* p = Checked(offset, sizeof(T), write, isOrdered: true);
        if (((nuint)p & (nuint)(sizeof(T) - 1)) != 0)
        {
            Internal.ThrowHelper.Misaligned(offset, sizeof(T));
        }

        return p;
    }

    // These are static because a view whose address is taken cannot live in registers.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static byte* Delayed(Internal.ISegmentLease? lease, byte* start, long limit, long offset, long length, bool write, bool isOrdered)
    {
        if (lease is Internal.DelayedLease delayed)
        {
            return delayed.Access(start, offset, length, write, isOrdered);
        }

        Internal.ThrowHelper.OutOfRange(offset, length, limit);
        return null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long DelayedLength(Internal.ISegmentLease? lease) => lease is Internal.DelayedLease delayed ? delayed.Length : 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint DelayedAddress(Internal.ISegmentLease? lease, byte* start)
    {
        if (lease is Internal.DelayedLease { AllowsUndelayed: false })
        {
            Internal.ThrowHelper.Undelayed();
        }

        return (nint)start;
    }
}
