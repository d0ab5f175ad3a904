using System.Numerics;

namespace Urma.Net.Collectives.Reductions;

/// <summary>What a pass does with vectors of accumulators, lane by lane.</summary>
internal interface IReductionOperation
{
    /// <summary>Whether there is a factor for each source; <see cref="Enter"/> is not called otherwise.</summary>
    static abstract bool HasFactors { get; }

    /// <summary>Whether there is a divisor; <see cref="Leave"/> is not called otherwise.</summary>
    static abstract bool HasDivisor { get; }

    /// <summary>Makes an operand of what was read from a source with this factor.</summary>
    static virtual Vector<T> Enter<T>(Vector<T> value, double factor)
        where T : unmanaged, INumber<T> => value;

    /// <summary>Combines; the accumulator is the left operand.</summary>
    static abstract Vector<T> Combine<T>(Vector<T> accumulator, Vector<T> operand)
        where T : unmanaged, INumber<T>;

    /// <summary>Makes the result of what all sources were combined into.</summary>
    static virtual Vector<T> Leave<T>(Vector<T> accumulator, double divisor)
        where T : unmanaged, INumber<T> => accumulator;
}
