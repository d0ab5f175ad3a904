using System.Numerics;
using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Tests.Reductions;

/// <summary>
/// What a reduction means, one element at a time and with nothing but the language's own arithmetic: operands in order, narrow floats
/// accumulated as <see cref="float"/> and rounded once.
/// </summary>
public static class ReductionModel
{
    /// <summary>The bytes of the result.</summary>
    public static byte[] Reduce(byte[][] sources, DataType type, string reduction, int divisor, double[] factors) => type switch
    {
        DataType.Int8 => Reduce<sbyte, sbyte>(sources, Same, Same, reduction, divisor, factors),
        DataType.UInt8 => Reduce<byte, byte>(sources, Same, Same, reduction, divisor, factors),
        DataType.Int32 => Reduce<int, int>(sources, Same, Same, reduction, divisor, factors),
        DataType.UInt32 => Reduce<uint, uint>(sources, Same, Same, reduction, divisor, factors),
        DataType.Int64 => Reduce<long, long>(sources, Same, Same, reduction, divisor, factors),
        DataType.UInt64 => Reduce<ulong, ulong>(sources, Same, Same, reduction, divisor, factors),
        DataType.Float32 => Reduce<float, float>(sources, Same, Same, reduction, divisor, factors),
        DataType.Float64 => Reduce<double, double>(sources, Same, Same, reduction, divisor, factors),
        DataType.Float16 => Reduce<Half, float>(sources, value => (float)value, value => (Half)value, reduction, divisor, factors),
        DataType.BFloat16 => Reduce<BFloat16, float>(sources, value => (float)value, value => (BFloat16)value, reduction, divisor, factors),
        DataType.Float8E4M3 => Reduce<Float8E4M3, float>(sources, value => (float)value, value => (Float8E4M3)value, reduction, divisor, factors),
        DataType.Float8E5M2 => Reduce<Float8E5M2, float>(sources, value => (float)value, value => (Float8E5M2)value, reduction, divisor, factors),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Null if the results are the same: bit by bit, but any NaN is like any other.</summary>
    public static string? Difference(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, DataType type) => type switch
    {
        DataType.Float32 => Difference<float>(expected, actual, float.IsNaN),
        DataType.Float64 => Difference<double>(expected, actual, double.IsNaN),
        DataType.Float16 => Difference<Half>(expected, actual, Half.IsNaN),
        DataType.BFloat16 => Difference<BFloat16>(expected, actual, BFloat16.IsNaN),
        DataType.Float8E4M3 => Difference<Float8E4M3>(expected, actual, Float8E4M3.IsNaN),
        DataType.Float8E5M2 => Difference<Float8E5M2>(expected, actual, Float8E5M2.IsNaN),
        DataType.Int32 or DataType.UInt32 => Difference<int>(expected, actual, _ => false),
        DataType.Int64 or DataType.UInt64 => Difference<long>(expected, actual, _ => false),
        _ => Difference<byte>(expected, actual, _ => false),
    };

    private static T Same<T>(T value) => value;

    private static byte[] Reduce<T, TAccumulator>(
        byte[][] sources, Func<T, TAccumulator> widen, Func<TAccumulator, T> narrow, string reduction, int divisor, double[] factors)
        where T : unmanaged
        where TAccumulator : unmanaged, INumber<TAccumulator>, IMinMaxValue<TAccumulator>
    {
        byte[] result = new byte[sources[0].Length];
        Span<T> results = MemoryMarshal.Cast<byte, T>(result.AsSpan());
        for (int i = 0; i < results.Length; i++)
        {
            TAccumulator accumulator = default;
            for (int source = 0; source < sources.Length; source++)
            {
                TAccumulator operand = widen(MemoryMarshal.Cast<byte, T>(sources[source].AsSpan())[i]);
                if (reduction == nameof(Reduction.PreMultipliedSum))
                {
                    operand = unchecked(operand * TAccumulator.CreateChecked(factors[source]));
                }

                accumulator = source == 0 ? operand : Combine(accumulator, operand, reduction);
            }

            results[i] = narrow(reduction == nameof(Reduction.Average) ? Divide(accumulator, divisor) : accumulator);
        }

        return result;
    }

    private static T Combine<T>(T left, T right, string reduction)
        where T : INumber<T> => reduction switch
        {
            nameof(Reduction.Product) => unchecked(left * right),
            nameof(Reduction.Min) => T.Min(left, right),
            nameof(Reduction.Max) => T.Max(left, right),
            _ => unchecked(left + right),
        };

    // Int128 holds every integer here, so a divisor beyond the type's own range is no special case.
    private static T Divide<T>(T sum, int divisor)
        where T : INumber<T> =>
        sum is float or double ? sum / T.CreateChecked(divisor) : T.CreateChecked(Int128.CreateChecked(sum) / divisor);

    private static string? Difference<T>(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, Func<T, bool> isNan)
        where T : unmanaged
    {
        if (expected.SequenceEqual(actual))
        {
            return null;
        }

        ReadOnlySpan<T> left = MemoryMarshal.Cast<byte, T>(expected);
        ReadOnlySpan<T> right = MemoryMarshal.Cast<byte, T>(actual);
        int size = expected.Length / left.Length;
        for (int i = 0; i < left.Length; i++)
        {
            bool same = expected.Slice(i * size, size).SequenceEqual(actual.Slice(i * size, size));
            if (!same && !(isNan(left[i]) && isNan(right[i])))
            {
                return $"element {i} of {left.Length} is {right[i]} (0x{Convert.ToHexString(actual.Slice(i * size, size))}), "
                    + $"must be {left[i]} (0x{Convert.ToHexString(expected.Slice(i * size, size))})";
            }
        }

        return null;
    }
}
