using System.Numerics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives.Types;

/// <summary>
/// Conversions between <see cref="float"/> and narrower layouts, one element and a vector at a time with equal results: exact to
/// <see cref="float"/>, rounded to the nearest (ties to even) from it, subnormal numbers kept, NaN always the same code.
/// </summary>
/// <remarks>
/// A layout is a few constants, handed over as arguments, which vanish where this is inlined (as members of a type parameter they would
/// be calls, and use up what the compiler is willing to inline): the bits of a code, its sign included; those of the stored mantissa; what
/// is added to exponents; from which code on codes mean infinity or NaN; the bits of the least <see cref="float"/> that is too large, and
/// the codes of that and of NaN. Codes are without their sign.
/// </remarks>
internal static class NarrowFloat
{
    private const uint SignBit = 0x8000_0000;
    private const uint InfinityBits = 0x7F80_0000;
    private const int FloatWidth = 32;
    private const int FloatMantissaBits = 23;
    private const int FloatBias = 127;

    public static float ToSingle(uint code, int width, int mantissaBits, int bias, uint firstSpecialCode)
    {
        uint magnitude = code & ((1u << (width - 1)) - 1);
        uint sign = (code ^ magnitude) << (FloatWidth - width);
        uint bits = (magnitude << (FloatMantissaBits - mantissaBits)) + Exponent(FloatBias - bias);
        if (magnitude >= firstSpecialCode)
        {
            bits |= InfinityBits;
        }
        else if (magnitude >> mantissaBits == 0)
        {
            bits = BitConverter.SingleToUInt32Bits(
                BitConverter.UInt32BitsToSingle(bits + Exponent(1)) - BitConverter.UInt32BitsToSingle(Exponent(FloatBias - bias + 1)));
        }

        return BitConverter.UInt32BitsToSingle(bits | sign);
    }

    public static uint FromSingle(float value, int width, int mantissaBits, int bias, uint leastOverflow, uint overflowCode, uint nanCode)
    {
        int shift = FloatMantissaBits - mantissaBits;
        uint bits = BitConverter.SingleToUInt32Bits(value);
        uint magnitude = bits & ~SignBit;
        uint sign = (bits ^ magnitude) >> (FloatWidth - width);
        if (magnitude > InfinityBits)
        {
            return nanCode | sign;
        }

        if (magnitude >= leastOverflow)
        {
            return overflowCode | sign;
        }

        if (magnitude < Exponent(FloatBias - bias + 1))
        {
            // The last place of the sum is the least subnormal number, so the addition rounds.
            uint anchor = Exponent(FloatBias - bias + shift + 1);
            float sum = BitConverter.UInt32BitsToSingle(magnitude) + BitConverter.UInt32BitsToSingle(anchor);
            return (BitConverter.SingleToUInt32Bits(sum) - anchor) | sign;
        }

        uint odd = (magnitude >> shift) & 1;
        return ((magnitude - Exponent(FloatBias - bias) + HalfBelow(shift) + odd) >> shift) | sign;
    }

    /// <summary>Each lane holds a code in its highest bits and anything below, which does not matter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> ToSingle(Vector<uint> codes, int width, int mantissaBits, int bias, uint firstSpecialCode)
    {
        // The arithmetic shift brings sign, exponent and mantissa to their places at once; the mask removes the copies of the sign and
        // what came from below.
        Vector<int> placed = (Vector.AsVectorInt32(codes) >> (FloatWidth - width - (FloatMantissaBits - mantissaBits)))
            & new Vector<int>(int.MinValue | (((1 << (width - 1)) - 1) << (FloatMantissaBits - mantissaBits)));
        Vector<int> magnitude = placed & new Vector<int>(int.MaxValue);
        Vector<int> sign = placed ^ magnitude;
        Vector<int> normal = placed + new Vector<int>((FloatBias - bias) << FloatMantissaBits);

        // A subnormal number with the exponent of a normal one is too large by that one's leading bit. The difference of equal
        // numbers is 0, whatever their sign.
        Vector<int> leadingBit = sign | new Vector<int>((FloatBias - bias + 1) << FloatMantissaBits);
        Vector<int> subnormal = Vector.AsVectorInt32(
            Vector.AsVectorSingle(normal + new Vector<int>(1 << FloatMantissaBits)) - Vector.AsVectorSingle(leadingBit));
        Vector<int> isSubnormal = Vector.LessThan(magnitude, new Vector<int>(1 << FloatMantissaBits));
        Vector<int> isSpecial = Vector.GreaterThan(magnitude, new Vector<int>((int)((firstSpecialCode << (FloatMantissaBits - mantissaBits)) - 1)));
        return Vector.AsVectorSingle(
            Vector.ConditionalSelect(isSubnormal, subnormal | sign, normal) | (isSpecial & new Vector<int>((int)InfinityBits)));
    }

    /// <summary>Each lane of the result holds a code in its lowest bits and zeros above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> FromSingle(
        Vector<float> values, int width, int mantissaBits, int bias, uint leastOverflow, uint overflowCode, uint nanCode)
    {
        Vector<uint> bits = Vector.AsVectorUInt32(values);
        Vector<uint> magnitude = bits & new Vector<uint>(~SignBit);
        Vector<uint> sign = (bits ^ magnitude) >> (FloatWidth - width);

        // The least that is too large is rounded to the code of that, as if it were a number.
        Vector<uint> limited = Vector.Min(magnitude, new Vector<uint>(leastOverflow));
        Vector<uint> odd = (limited >> (FloatMantissaBits - mantissaBits)) & Vector<uint>.One;
        Vector<uint> roundingAndBias = new((1u << (FloatMantissaBits - mantissaBits - 1)) - 1 - ((uint)(FloatBias - bias) << FloatMantissaBits));
        Vector<uint> normal = (limited + roundingAndBias + odd) >> (FloatMantissaBits - mantissaBits);
        Vector<uint> anchor = new((uint)(FloatBias - bias + FloatMantissaBits - mantissaBits + 1) << FloatMantissaBits);
        Vector<uint> subnormal = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) + Vector.AsVectorSingle(anchor)) - anchor;

        Vector<int> signed = Vector.AsVectorInt32(magnitude);
        Vector<int> isSubnormal = Vector.LessThan(signed, new Vector<int>((FloatBias - bias + 1) << FloatMantissaBits));
        Vector<uint> code = Vector.ConditionalSelect(Vector.AsVectorUInt32(isSubnormal), subnormal, normal);
        if (nanCode != overflowCode)
        {
            Vector<int> isNan = Vector.GreaterThan(signed, new Vector<int>((int)InfinityBits));
            code |= Vector.AsVectorUInt32(isNan) & new Vector<uint>(nanCode ^ overflowCode);
        }

        return code | sign;
    }

    private static uint Exponent(int biased) => (uint)biased << FloatMantissaBits;

    private static uint HalfBelow(int shift) => (1u << (shift - 1)) - 1;
}
