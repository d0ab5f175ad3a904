using System.Globalization;

namespace Urma.Net.Collectives.Tests.Types;

/// <summary>What the three value types are besides conversions: constants, comparison, arithmetic, text.</summary>
public class NarrowValueTests
{
    [Fact]
    public void Constants_are_what_their_names_say()
    {
        Assert.Equal(1f, (float)BFloat16.One);
        Assert.Equal(1f, (float)Float8E4M3.One);
        Assert.Equal(1f, (float)Float8E5M2.One);
        Assert.Equal(448f, (float)Float8E4M3.MaxValue);
        Assert.Equal(-448f, (float)Float8E4M3.MinValue);
        Assert.Equal(57344f, (float)Float8E5M2.MaxValue);
        Assert.Equal(-57344f, (float)Float8E5M2.MinValue);
        Assert.Equal(3.3895314e38f, (float)BFloat16.MaxValue);
        Assert.Equal(-3.3895314e38f, (float)BFloat16.MinValue);
        Assert.Equal(MathF.ScaleB(1, -133), (float)BFloat16.Epsilon);
        Assert.Equal(MathF.ScaleB(1, -9), (float)Float8E4M3.Epsilon);
        Assert.Equal(MathF.ScaleB(1, -16), (float)Float8E5M2.Epsilon);
        Assert.True(BFloat16.IsNaN(BFloat16.NaN) && Float8E4M3.IsNaN(Float8E4M3.NaN) && Float8E5M2.IsNaN(Float8E5M2.NaN));
        Assert.True(BFloat16.IsInfinity(BFloat16.NegativeInfinity) && Float8E5M2.IsInfinity(Float8E5M2.PositiveInfinity));
        Assert.False(BFloat16.IsFinite(BFloat16.PositiveInfinity) || Float8E5M2.IsFinite(Float8E5M2.NegativeInfinity) || Float8E4M3.IsFinite(Float8E4M3.NaN));
        Assert.Equal(0f, (float)BFloat16.Zero + (float)Float8E4M3.Zero + (float)Float8E5M2.Zero);
    }

    [Fact]
    public void Comparison_is_that_of_float()
    {
        BFloat16 minusZero = -BFloat16.Zero;
        Assert.True(minusZero == BFloat16.Zero && minusZero.Equals(BFloat16.Zero) && minusZero.GetHashCode() == BFloat16.Zero.GetHashCode());
        Assert.NotEqual(minusZero.Bits, BFloat16.Zero.Bits);
        BFloat16 nan = BFloat16.NaN;
        Assert.True(nan != BFloat16.FromBits(nan.Bits));
        Assert.True(nan.Equals(BFloat16.FromBits(0x7FC1)));
        Assert.False(nan < BFloat16.One || nan >= BFloat16.One);
        Assert.True((Float8E4M3)1.5f > Float8E4M3.One && (Float8E5M2)1.5f <= (Float8E5M2)1.5f);
        Assert.Equal(-1, nan.CompareTo(BFloat16.MinValue));
        Assert.Equal(1, Float8E4M3.One.CompareTo((object?)null));
        Assert.Throws<ArgumentException>(() => Float8E5M2.One.CompareTo((object)1f));
        Assert.True(Float8E5M2.One.Equals((object)Float8E5M2.One));
        Assert.False(Float8E5M2.One.Equals((object)1f));
    }

    [Fact]
    public void Arithmetic_is_rounded()
    {
        // 256 + 1 lies half way between 256 and 258, which are neighbours.
        Assert.Equal(256f, (float)((BFloat16)256f + BFloat16.One));
        Assert.Equal(260f, (float)((BFloat16)258f + BFloat16.One));
        Assert.Equal(0.75f, (float)((Float8E4M3)1.5f * (Float8E4M3)0.5f));
        Assert.Equal(0.34375f, (float)(Float8E4M3.One / (Float8E4M3)3f));
        Assert.Equal(0.3125f, (float)(Float8E5M2.One / (Float8E5M2)3f));
        Assert.Equal(-0.5f, (float)((Float8E5M2)1f - (Float8E5M2)1.5f));
        Assert.True(Float8E4M3.IsNaN(Float8E4M3.MaxValue + Float8E4M3.MaxValue));
        Assert.True(Float8E5M2.IsInfinity(Float8E5M2.MaxValue + Float8E5M2.MaxValue));
        Assert.Equal(448f, (float)(Float8E4M3.MaxValue + (Float8E4M3)16f));
    }

    [Fact]
    public void Text_there_and_back()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        Assert.Equal("1.5", ((BFloat16)1.5f).ToString(null, culture));
        Assert.Equal("1.50", $"{(Float8E4M3)1.5f:F2}");
        Assert.Equal(1.5f, (float)BFloat16.Parse("1.5", culture));
        Assert.True(Float8E4M3.TryParse("0.34", culture, out Float8E4M3 third) && third.Bits == ((Float8E4M3)0.34f).Bits);
        Assert.False(Float8E5M2.TryParse("one", culture, out _));
        Assert.False(Float8E5M2.TryParse(null, culture, out _));
        Assert.Throws<FormatException>(() => Float8E5M2.Parse("one", culture));
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            BFloat16 value = BFloat16.FromBits((ushort)bits);
            Assert.Equal(value, BFloat16.Parse(value.ToString(null, culture), culture));
        }
    }
}
