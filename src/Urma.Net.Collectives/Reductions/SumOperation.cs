using System.Numerics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives.Reductions;

internal readonly struct SumOperation : IReductionOperation
{
    public static bool HasFactors => false;

    public static bool HasDivisor => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Combine<T>(Vector<T> accumulator, Vector<T> operand)
        where T : unmanaged, INumber<T> => accumulator + operand;
}
