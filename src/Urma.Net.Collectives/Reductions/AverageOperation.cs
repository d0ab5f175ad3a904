using System.Numerics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives.Reductions;

internal readonly struct AverageOperation : IReductionOperation
{
    public static bool HasFactors => false;

    public static bool HasDivisor => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Combine<T>(Vector<T> accumulator, Vector<T> operand)
        where T : unmanaged, INumber<T> => accumulator + operand;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Leave<T>(Vector<T> accumulator, double divisor)
        where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(sbyte))
        {
            Vector.Widen(accumulator.As<T, sbyte>(), out Vector<short> lower, out Vector<short> upper);
            return Vector.Narrow(Divide(lower, divisor), Divide(upper, divisor)).As<sbyte, T>();
        }

        if (typeof(T) == typeof(byte))
        {
            Vector.Widen(accumulator.As<T, byte>(), out Vector<ushort> lower, out Vector<ushort> upper);
            return Vector.Narrow(Divide(lower.As<ushort, short>(), divisor), Divide(upper.As<ushort, short>(), divisor)).As<sbyte, T>();
        }

        return accumulator / new Vector<T>(T.CreateChecked(divisor));
    }

    // The divisor may be beyond the elements' range. A float's quotient of numbers so small never reaches the next whole number by rounding.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<short> Divide(Vector<short> values, double divisor)
    {
        Vector<float> floatDivisor = new((float)divisor);
        Vector.Widen(values, out Vector<int> lower, out Vector<int> upper);
        return Vector.Narrow(
            Vector.ConvertToInt32(Vector.ConvertToSingle(lower) / floatDivisor),
            Vector.ConvertToInt32(Vector.ConvertToSingle(upper) / floatDivisor));
    }
}
