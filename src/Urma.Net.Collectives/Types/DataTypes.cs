using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives;

/// <summary>What is known of each <see cref="DataType"/>. Thread-safe; nothing here allocates.</summary>
public static class DataTypes
{
    /// <summary>The bytes of one element: 1, 2, 4 or 8.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is none of the named values.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SizeOf(DataType type) => type switch
    {
        DataType.Int8 or DataType.UInt8 or DataType.Float8E4M3 or DataType.Float8E5M2 => 1,
        DataType.Float16 or DataType.BFloat16 => 2,
        DataType.Int32 or DataType.UInt32 or DataType.Float32 => 4,
        DataType.Int64 or DataType.UInt64 or DataType.Float64 => 8,
        _ => ThrowUnknown(type),
    };

    /// <summary>
    /// The value that stands for <typeparamref name="T"/>: <see cref="sbyte"/>, <see cref="byte"/>, <see cref="int"/>, <see cref="uint"/>,
    /// <see cref="long"/>, <see cref="ulong"/>, <see cref="Half"/>, <see cref="float"/>, <see cref="double"/>,
    /// <see cref="Collectives.BFloat16"/>, <see cref="Collectives.Float8E4M3"/> or <see cref="Collectives.Float8E5M2"/>. A constant after compilation.
    /// </summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DataType Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? DataType.Float32
        : typeof(T) == typeof(double) ? DataType.Float64
        : typeof(T) == typeof(Half) ? DataType.Float16
        : typeof(T) == typeof(BFloat16) ? DataType.BFloat16
        : typeof(T) == typeof(int) ? DataType.Int32
        : typeof(T) == typeof(uint) ? DataType.UInt32
        : typeof(T) == typeof(long) ? DataType.Int64
        : typeof(T) == typeof(ulong) ? DataType.UInt64
        : typeof(T) == typeof(sbyte) ? DataType.Int8
        : typeof(T) == typeof(byte) ? DataType.UInt8
        : typeof(T) == typeof(Float8E4M3) ? DataType.Float8E4M3
        : typeof(T) == typeof(Float8E5M2) ? DataType.Float8E5M2
        : ThrowUnsupported<T>();

    /// <summary>Whether elements of <paramref name="type"/> are whole numbers, whose sums wrap and whose quotients are truncated.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is none of the named values.</exception>
    public static bool IsInteger(DataType type) => type switch
    {
        DataType.Int8 or DataType.UInt8 or DataType.Int32 or DataType.UInt32 or DataType.Int64 or DataType.UInt64 => true,
        _ => SizeOf(type) == 0,
    };

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ThrowUnknown(DataType type) =>
        throw new ArgumentOutOfRangeException(nameof(type), type, $"{(int)type} is no data type: the last one is {nameof(DataType.Float8E5M2)} ({(int)DataType.Float8E5M2}).");

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DataType ThrowUnsupported<T>() =>
        throw new NotSupportedException(
            $"Collective operations have no elements of type {typeof(T)}: use sbyte, byte, int, uint, long, ulong, Half, float, double, BFloat16, Float8E4M3 or Float8E5M2, "
            + "or pass addresses and the data type whose layout it has.");
}
