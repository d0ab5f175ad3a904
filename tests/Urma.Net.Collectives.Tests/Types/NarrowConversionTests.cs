using System.Numerics;
using Urma.Net.Collectives.Types;

namespace Urma.Net.Collectives.Tests.Types;

/// <summary>Conversions to and from narrow floats, over all codes and every rounding boundary, beside a model that searches.</summary>
public class NarrowConversionTests
{
    [Fact]
    public void BFloat16_is_the_number_its_bits_say() =>
        CheckDecoding(NarrowModel.BFloat16, code => (float)BFloat16.FromBits((ushort)code));

    [Fact]
    public void Float8E4M3_is_the_number_its_bits_say() =>
        CheckDecoding(NarrowModel.Float8E4M3, code => (float)Float8E4M3.FromBits((byte)code));

    [Fact]
    public void Float8E5M2_is_the_number_its_bits_say() =>
        CheckDecoding(NarrowModel.Float8E5M2, code => (float)Float8E5M2.FromBits((byte)code));

    [Fact]
    public void Half_is_the_number_its_bits_say() => CheckDecoding(NarrowModel.Half, HalfLayout.ToSingle);

    [Fact]
    public void Vectors_of_Half_are_the_numbers_their_bits_say() => CheckVectorDecoding<HalfLayout>(NarrowModel.Half);

    [Fact]
    public void Vectors_of_Float8E4M3_are_the_numbers_their_bits_say() => CheckVectorDecoding<Float8E4M3Layout>(NarrowModel.Float8E4M3);

    [Fact]
    public void Vectors_of_Float8E5M2_are_the_numbers_their_bits_say() => CheckVectorDecoding<Float8E5M2Layout>(NarrowModel.Float8E5M2);

    [Fact]
    public void BFloat16_rounds_to_the_nearest_and_ties_to_even() =>
        CheckEncoding(NarrowModel.BFloat16, value => ((BFloat16)value).Bits);

    [Fact]
    public void Float8E4M3_rounds_to_the_nearest_and_ties_to_even() =>
        CheckEncoding(NarrowModel.Float8E4M3, value => ((Float8E4M3)value).Bits);

    [Fact]
    public void Float8E5M2_rounds_to_the_nearest_and_ties_to_even() =>
        CheckEncoding(NarrowModel.Float8E5M2, value => ((Float8E5M2)value).Bits);

    [Fact]
    public void Half_rounds_to_the_nearest_and_ties_to_even() => CheckEncoding(NarrowModel.Half, HalfLayout.FromSingle);

    [Fact]
    public void Vectors_round_to_Half() => CheckEncoding(NarrowModel.Half, OneLane<HalfLayout>);

    [Fact]
    public void Vectors_round_to_Float8E4M3() => CheckEncoding(NarrowModel.Float8E4M3, OneLane<Float8E4M3Layout>);

    [Fact]
    public void Vectors_round_to_Float8E5M2() => CheckEncoding(NarrowModel.Float8E5M2, OneLane<Float8E5M2Layout>);

    [Fact]
    public void Half_is_converted_as_the_platform_does()
    {
        foreach (float value in NarrowModel.Half.Interesting().Where(value => !float.IsNaN(value)))
        {
            Assert.Equal(BitConverter.HalfToUInt16Bits((Half)value), HalfLayout.FromSingle(value));
        }
    }

    [Fact]
    public void Saturating_conversions_stop_at_the_largest_number()
    {
        foreach (float value in NarrowModel.Float8E4M3.Interesting().Concat(NarrowModel.Float8E5M2.Interesting()))
        {
            float limitedE4M3 = Math.Clamp(value, -448, 448);
            float limitedE5M2 = Math.Clamp(value, -57344, 57344);
            Assert.Equal((byte)NarrowModel.Float8E4M3.FromSingle(limitedE4M3), Float8E4M3.CreateSaturating(value).Bits);
            Assert.Equal((byte)NarrowModel.Float8E5M2.FromSingle(limitedE5M2), Float8E5M2.CreateSaturating(value).Bits);
        }

        Assert.Equal(Float8E4M3.MaxValue, Float8E4M3.CreateSaturating(float.PositiveInfinity));
        Assert.Equal(Float8E5M2.MinValue, Float8E5M2.CreateSaturating(float.NegativeInfinity));
    }

    private static void CheckDecoding(NarrowModel model, Func<uint, float> convert)
    {
        for (uint code = 0; code < 1u << model.Width; code++)
        {
            CheckDecoded(model, code, convert(code));
        }
    }

    private static void CheckVectorDecoding<TLayout>(NarrowModel model)
        where TLayout : struct, INarrowLayout
    {
        for (uint first = 0; first < 1u << model.Width; first += (uint)Vector<uint>.Count)
        {
            Vector<uint> codes = Vector.CreateSequence(first, 1u);
            Vector<uint> below = new((1u << (32 - model.Width)) - 1);
            Vector<float> values = TLayout.ToSingle((codes << (32 - model.Width)) | (below & new Vector<uint>(0xA5A5_A5A5)));
            for (int lane = 0; lane < Vector<uint>.Count; lane++)
            {
                CheckDecoded(model, codes[lane], values[lane]);
            }
        }
    }

    private static void CheckDecoded(NarrowModel model, uint code, float value)
    {
        double expected = model.ToDouble(code);
        if (double.IsNaN(expected))
        {
            Assert.True(float.IsNaN(value), $"0x{code:X} became {value:R}, must be NaN.");
            return;
        }

        Assert.True(
            BitConverter.DoubleToUInt64Bits(value) == BitConverter.DoubleToUInt64Bits(expected),
            $"0x{code:X} became {value:R}, must be {expected:R}.");
    }

    private static void CheckEncoding(NarrowModel model, Func<float, uint> convert)
    {
        foreach (float value in model.Interesting().Concat(NarrowModel.Spread()))
        {
            uint code = convert(value);
            if (float.IsNaN(value))
            {
                Assert.True(double.IsNaN(model.ToDouble(code)), $"NaN 0x{BitConverter.SingleToUInt32Bits(value):X} became 0x{code:X}.");
                Assert.Equal(float.IsNegative(value), (code & model.SignBit) != 0);
                continue;
            }

            uint expected = model.FromSingle(value);
            if (code != expected)
            {
                Assert.Fail($"{value:R} became 0x{code:X} ({model.ToDouble(code):R}), must become 0x{expected:X} ({model.ToDouble(expected):R}).");
            }
        }
    }

    private static uint OneLane<TLayout>(float value)
        where TLayout : struct, INarrowLayout
    {
        Vector<uint> codes = TLayout.FromSingle(new Vector<float>(value));
        Assert.Equal(new Vector<uint>(codes[0]), codes);
        Assert.Equal(TLayout.FromSingle(value), codes[0]);
        return codes[0];
    }
}
