using System.Numerics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives.Reductions;

internal readonly struct PreMultipliedSumOperation : IReductionOperation
{
    public static bool HasFactors => true;

    public static bool HasDivisor => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Enter<T>(Vector<T> value, double factor)
        where T : unmanaged, INumber<T> => value * new Vector<T>(T.CreateSaturating(factor));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Combine<T>(Vector<T> accumulator, Vector<T> operand)
        where T : unmanaged, INumber<T> => accumulator + operand;
}
