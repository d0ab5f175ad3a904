namespace Urma.Net.Collectives.Reductions;

/// <summary>What a pass multiplies and divides by besides combining. The default is neither: what intermediate passes use.</summary>
internal readonly ref struct ReductionScale
{
    private ReductionScale(double divisor, ReadOnlySpan<double> factors)
    {
        Divisor = divisor;
        Factors = factors;
    }

    /// <summary>What the result is divided by, where the reduction is an average: a whole number for integers; 0 and 1: nothing is divided.</summary>
    public double Divisor { get; }

    /// <summary>For a pre-multiplied sum what each source is multiplied by, 1 for what is a partial result; empty: nothing is multiplied.</summary>
    public ReadOnlySpan<double> Factors { get; }

    /// <summary>The last pass of an average over this many ranks, or over what is left of the number where operands were divided before.</summary>
    public static ReductionScale Divide(double ranks) => new(ranks, default);

    /// <summary>A pass of a pre-multiplied sum whose sources have these factors, in their order.</summary>
    public static ReductionScale Multiply(ReadOnlySpan<double> factors) => new(0, factors);
}
