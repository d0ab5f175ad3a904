using System.Numerics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives.Types;

/// <summary>
/// Conversions between <see cref="float"/> and narrower layouts, one element and a vector at a time with equal results: exact to
/// <see cref="float"/>, rounded to the nearest (ties to even) from it, subnormal numbers kept, NaN always the same code.
/// </summary>
internal static class NarrowFloat
{
    private const uint SignBit = 0x8000_0000;
    private const uint InfinityBits = 0x7F80_0000;
    private const int FloatMantissaBits = 23;
    private const int FloatBias = 127;

    public static float ToSingle<TLayout>(uint code)
        where TLayout : struct, INarrowLayout
    {
        uint sign = (code << (32 - TLayout.Width)) & SignBit;
        uint magnitude = code & MagnitudeMask<TLayout>();
        uint bits = (magnitude << Shift<TLayout>()) + Rebias<TLayout>();
        if (magnitude >= TLayout.FirstSpecialCode)
        {
            bits |= InfinityBits;
        }
        else if (magnitude >> TLayout.MantissaBits == 0)
        {
            bits = BitConverter.SingleToUInt32Bits(
                BitConverter.UInt32BitsToSingle(bits + (1u << FloatMantissaBits)) - BitConverter.UInt32BitsToSingle(LeastNormal<TLayout>()));
        }

        return BitConverter.UInt32BitsToSingle(bits | sign);
    }

    public static uint FromSingle<TLayout>(float value)
        where TLayout : struct, INarrowLayout
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint sign = (bits & SignBit) >> (32 - TLayout.Width);
        uint magnitude = bits & ~SignBit;
        if (magnitude > InfinityBits)
        {
            return TLayout.NanCode | sign;
        }

        if (magnitude >= TLayout.LeastOverflow)
        {
            return TLayout.OverflowCode | sign;
        }

        if (magnitude < LeastNormal<TLayout>())
        {
            // The sum's last place is the least subnormal number, so the addition rounds.
            uint anchor = SubnormalAnchor<TLayout>();
            float sum = BitConverter.UInt32BitsToSingle(magnitude) + BitConverter.UInt32BitsToSingle(anchor);
            return (BitConverter.SingleToUInt32Bits(sum) - anchor) | sign;
        }

        uint odd = (magnitude >> Shift<TLayout>()) & 1;
        return ((magnitude - Rebias<TLayout>() + RoundingBias<TLayout>() + odd) >> Shift<TLayout>()) | sign;
    }

    /// <summary>Each lane holds a code in its lowest bits and zeros above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> ToSingle<TLayout>(Vector<uint> codes)
        where TLayout : struct, INarrowLayout
    {
        Vector<uint> magnitude = codes & new Vector<uint>(MagnitudeMask<TLayout>());
        Vector<uint> sign = (codes ^ magnitude) << (32 - TLayout.Width);
        Vector<uint> bits = (magnitude << Shift<TLayout>()) + new Vector<uint>(Rebias<TLayout>());
        Vector<uint> subnormal = Vector.AsVectorUInt32(
            Vector.AsVectorSingle(bits + new Vector<uint>(1u << FloatMantissaBits)) - Vector.AsVectorSingle(new Vector<uint>(LeastNormal<TLayout>())));
        Vector<uint> special = bits | new Vector<uint>(InfinityBits);

        // Codes are small, so comparing them as signed numbers is the same, and cheaper.
        Vector<int> code = Vector.AsVectorInt32(magnitude);
        Vector<int> isSubnormal = Vector.LessThan(code, new Vector<int>(1 << TLayout.MantissaBits));
        Vector<int> isSpecial = Vector.GreaterThan(code, new Vector<int>((int)TLayout.FirstSpecialCode - 1));
        bits = Vector.ConditionalSelect(Vector.AsVectorUInt32(isSubnormal), subnormal, bits);
        bits = Vector.ConditionalSelect(Vector.AsVectorUInt32(isSpecial), special, bits);
        return Vector.AsVectorSingle(bits | sign);
    }

    /// <summary>Each lane of the result holds a code in its lowest bits and zeros above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> FromSingle<TLayout>(Vector<float> values)
        where TLayout : struct, INarrowLayout
    {
        Vector<uint> bits = Vector.AsVectorUInt32(values);
        Vector<uint> magnitude = bits & new Vector<uint>(~SignBit);
        Vector<uint> sign = (bits ^ magnitude) >> (32 - TLayout.Width);
        Vector<uint> odd = (magnitude >> Shift<TLayout>()) & Vector<uint>.One;
        Vector<uint> normal = (magnitude + new Vector<uint>(RoundingBias<TLayout>() - Rebias<TLayout>()) + odd) >> Shift<TLayout>();
        Vector<uint> anchor = new(SubnormalAnchor<TLayout>());
        Vector<uint> subnormal = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) + Vector.AsVectorSingle(anchor)) - anchor;

        Vector<int> signed = Vector.AsVectorInt32(magnitude);
        Vector<int> isSubnormal = Vector.LessThan(signed, new Vector<int>((int)LeastNormal<TLayout>()));
        Vector<int> isOverflow = Vector.GreaterThan(signed, new Vector<int>((int)TLayout.LeastOverflow - 1));
        Vector<int> isNan = Vector.GreaterThan(signed, new Vector<int>((int)InfinityBits));
        Vector<uint> code = Vector.ConditionalSelect(Vector.AsVectorUInt32(isSubnormal), subnormal, normal);
        code = Vector.ConditionalSelect(Vector.AsVectorUInt32(isOverflow), new Vector<uint>(TLayout.OverflowCode), code);
        code = Vector.ConditionalSelect(Vector.AsVectorUInt32(isNan), new Vector<uint>(TLayout.NanCode), code);
        return code | sign;
    }

    private static uint MagnitudeMask<TLayout>()
        where TLayout : struct, INarrowLayout => (1u << (TLayout.Width - 1)) - 1;

    private static int Shift<TLayout>()
        where TLayout : struct, INarrowLayout => FloatMantissaBits - TLayout.MantissaBits;

    private static uint Rebias<TLayout>()
        where TLayout : struct, INarrowLayout => (uint)(FloatBias - TLayout.Bias) << FloatMantissaBits;

    private static uint LeastNormal<TLayout>()
        where TLayout : struct, INarrowLayout => (uint)(FloatBias - TLayout.Bias + 1) << FloatMantissaBits;

    private static uint SubnormalAnchor<TLayout>()
        where TLayout : struct, INarrowLayout => (uint)(FloatBias - TLayout.Bias + Shift<TLayout>() + 1) << FloatMantissaBits;

    private static uint RoundingBias<TLayout>()
        where TLayout : struct, INarrowLayout => (1u << (Shift<TLayout>() - 1)) - 1;
}
