using System.Globalization;
using System.Runtime.CompilerServices;

namespace Urma.Net;

/// <summary>
/// A pointer into a <see cref="GlobalHeap"/>: a plain address that means the same in every rank, so it may lie in the heap itself and be
/// followed by anyone. Using it costs what a local pointer costs; nothing is checked.
/// </summary>
/// <typeparam name="T">What it points to: a type without references.</typeparam>
/// <remarks>
/// Accesses are the processor's own: use <see cref="Volatile"/> and <see cref="Interlocked"/> on <see cref="Value"/> for flags that ranks share.
/// The memory of a rank that died reads as zeros and takes stores that nobody sees. A pointer must not be used after the heap was left.
/// </remarks>
public readonly unsafe struct GlobalPointer<T> : IEquatable<GlobalPointer<T>>
    where T : unmanaged
{
    private readonly T* _address;

    /// <summary>Makes one of an address.</summary>
    /// <param name="address">An address in the heap, aligned for <typeparamref name="T"/>; 0 for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public GlobalPointer(nint address) => _address = (T*)address;

    /// <summary>The address, the same in every rank.</summary>
    public nint Address => (nint)_address;

    /// <summary>Whether it points nowhere.</summary>
    public bool IsNull => _address == null;

    /// <summary>What it points to.</summary>
    public ref T Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref *_address;
    }

    /// <summary>An element of the array it points to.</summary>
    /// <param name="index">Elements from here, also negative; not checked.</param>
    public ref T this[nint index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _address[index];
    }

    /// <summary>The array it points to.</summary>
    /// <param name="length">Elements; not checked.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> AsSpan(int length) => new(_address, length);

    /// <summary>The same place as something else.</summary>
    /// <typeparam name="TOther">What is there.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public GlobalPointer<TOther> Cast<TOther>()
        where TOther : unmanaged => new((nint)_address);

    /// <summary>The place as an address for copies and work requests.</summary>
    /// <param name="heap">The heap it points into.</param>
    /// <exception cref="ArgumentException">It does not point into this heap.</exception>
    public GlobalAddress ToGlobalAddress(GlobalHeap heap)
    {
        ArgumentNullException.ThrowIfNull(heap);
        return heap.ToGlobalAddress(Address);
    }

    /// <summary>The pointer so many elements further on.</summary>
    /// <param name="elements">Elements, also negative.</param>
    public GlobalPointer<T> Add(nint elements) => this + elements;

    /// <summary>The distance in elements.</summary>
    /// <param name="other">The pointer to subtract.</param>
    public nint Subtract(GlobalPointer<T> other) => this - other;

    /// <inheritdoc/>
    public bool Equals(GlobalPointer<T> other) => _address == other._address;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GlobalPointer<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Address.GetHashCode();

    /// <summary>The address in hexadecimal.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Address:x}");

    /// <summary>Compares addresses.</summary>
    public static bool operator ==(GlobalPointer<T> left, GlobalPointer<T> right) => left._address == right._address;

    /// <summary>Compares addresses.</summary>
    public static bool operator !=(GlobalPointer<T> left, GlobalPointer<T> right) => left._address != right._address;

    /// <summary>The pointer so many elements further on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GlobalPointer<T> operator +(GlobalPointer<T> pointer, nint elements) => new((nint)(pointer._address + elements));

    /// <summary>The pointer so many elements before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GlobalPointer<T> operator -(GlobalPointer<T> pointer, nint elements) => new((nint)(pointer._address - elements));

    /// <summary>The distance in elements.</summary>
    public static nint operator -(GlobalPointer<T> left, GlobalPointer<T> right) => (nint)(left._address - right._address);
}
