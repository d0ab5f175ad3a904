using Urma.Net.Collectives.Reductions;

namespace Urma.Net.Collectives.Tests.Reductions;

/// <summary>What the documentation of <see cref="Reduction"/> promises of NaN, infinities, zeros, overflow and rounding.</summary>
public class SpecialValueTests
{
    private static readonly float[] Floats =
        [0, -0f, 1, -1, float.Epsilon, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN];

    [Fact]
    public void Nan_wins_every_minimum_and_maximum_wherever_it_stands()
    {
        foreach (float other in Floats)
        {
            foreach (Reduction reduction in new[] { Reduction.Min, Reduction.Max, Reduction.Sum, Reduction.Product, Reduction.Average })
            {
                Assert.True(float.IsNaN(Reduce(reduction, float.NaN, other)), $"{reduction} of NaN and {other}");
                Assert.True(float.IsNaN(Reduce(reduction, other, float.NaN)), $"{reduction} of {other} and NaN");
                Assert.True(float.IsNaN(Reduce(reduction, other, float.NaN, 1)), $"{reduction} of {other}, NaN and 1");
            }
        }
    }

    [Fact]
    public void Minus_zero_is_less_than_zero()
    {
        Assert.True(float.IsNegative(Reduce(Reduction.Min, 0, -0f)) && float.IsNegative(Reduce(Reduction.Min, -0f, 0)));
        Assert.False(float.IsNegative(Reduce(Reduction.Max, 0, -0f)) || float.IsNegative(Reduce(Reduction.Max, -0f, 0)));
    }

    [Fact]
    public void Infinities_meet_in_nan() =>
        Assert.True(float.IsNaN(Reduce(Reduction.Sum, float.PositiveInfinity, float.NegativeInfinity)));

    [Fact]
    public void Subnormal_numbers_are_kept() =>
        Assert.Equal(3 * float.Epsilon, Reduce(Reduction.Sum, float.Epsilon, float.Epsilon, float.Epsilon));

    [Fact]
    public void Narrow_floats_are_rounded_once()
    {
        // Rounded after each addition 256 would never grow.
        BFloat16[] operands = [(BFloat16)256f, .. Enumerable.Repeat(BFloat16.One, 16)];
        Assert.Equal(272f, (float)Reduce(Reduction.Sum, operands));

        // The sum of the first two is beyond the type, that of all is not.
        Assert.Equal(448f, (float)Reduce(Reduction.Sum, Float8E4M3.MaxValue, Float8E4M3.MaxValue, Float8E4M3.MinValue));
        Assert.Equal(65504f, (float)Reduce(Reduction.Average, Half.MaxValue, Half.MaxValue));
    }

    [Fact]
    public void Overflow_of_narrow_floats_is_seen()
    {
        Assert.True(Float8E4M3.IsNaN(Reduce(Reduction.Sum, Float8E4M3.MaxValue, Float8E4M3.MaxValue)));
        Assert.True(Float8E5M2.IsInfinity(Reduce(Reduction.Sum, Float8E5M2.MaxValue, Float8E5M2.MaxValue)));
        Assert.True(Half.IsPositiveInfinity(Reduce(Reduction.Product, Half.MaxValue, Half.MaxValue)));
        Assert.True(BFloat16.IsInfinity(Reduce(Reduction.Sum, BFloat16.MinValue, BFloat16.MinValue)));
    }

    [Fact]
    public void Integers_wrap_and_are_divided_towards_zero()
    {
        Assert.Equal((sbyte)-128, Reduce(Reduction.Sum, sbyte.MaxValue, (sbyte)1));
        Assert.Equal(int.MinValue, Reduce(Reduction.Sum, int.MaxValue, 1));
        Assert.Equal(-3, Reduce(Reduction.Average, -4, -3));
        Assert.Equal(3ul, Reduce(Reduction.Average, 4ul, 3ul));
        Assert.Equal((sbyte)-3, Reduce(Reduction.Average, (sbyte)-4, (sbyte)-3));
    }

    private static unsafe T Reduce<T>(Reduction reduction, params T[] operands)
        where T : unmanaged
    {
        T result = default;
        fixed (T* first = operands)
        {
            nint[] sources = new nint[operands.Length];
            for (int i = 0; i < sources.Length; i++)
            {
                sources[i] = (nint)(first + i);
            }

            ReductionScale scale = reduction == Reduction.Average ? ReductionScale.Divide(operands.Length) : default;
            ReductionKernels.Reduce(&result, sources, 1, DataTypes.Of<T>(), reduction, scale);
        }

        return result;
    }
}
