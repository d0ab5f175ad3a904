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

    /// <summary>Each lane holds a code in its lowest bits and zeros above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> ToSingle(Vector<uint> codes, int width, int mantissaBits, int bias, uint firstSpecialCode)
    {
        Vector<uint> magnitude = codes & new Vector<uint>((1u << (width - 1)) - 1);
        Vector<uint> sign = (codes ^ magnitude) << (FloatWidth - width);
        Vector<uint> normal = (magnitude << (FloatMantissaBits - mantissaBits)) + new Vector<uint>((uint)(FloatBias - bias) << FloatMantissaBits);
        Vector<uint> subnormal = Vector.AsVectorUInt32(
            Vector.AsVectorSingle(normal + new Vector<uint>(1u << FloatMantissaBits))
            - Vector.AsVectorSingle(new Vector<uint>((uint)(FloatBias - bias + 1) << FloatMantissaBits)));

        // Codes are small, so comparing them as signed numbers is the same, and cheaper.
        Vector<int> code = Vector.AsVectorInt32(magnitude);
        Vector<int> isSubnormal = Vector.LessThan(code, new Vector<int>(1 << mantissaBits));
        Vector<int> isSpecial = Vector.GreaterThan(code, new Vector<int>((int)firstSpecialCode - 1));
        Vector<uint> bits = Vector.ConditionalSelect(Vector.AsVectorUInt32(isSubnormal), subnormal, normal);
        return Vector.AsVectorSingle(bits | (Vector.AsVectorUInt32(isSpecial) & new Vector<uint>(InfinityBits)) | sign);
    }

    /// <summary>Each lane of the result holds a code in its lowest bits and zeros above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> FromSingle(
        Vector<float> values, int width, int mantissaBits, int bias, uint leastOverflow, uint overflowCode, uint nanCode)
    {
        int shift = FloatMantissaBits - mantissaBits;
        Vector<uint> bits = Vector.AsVectorUInt32(values);
        Vector<uint> magnitude = bits & new Vector<uint>(~SignBit);
        Vector<uint> sign = (bits ^ magnitude) >> (FloatWidth - width);

        // The least that is too large is rounded to the code of that, as if it were a number.
        Vector<uint> limited = Vector.Min(magnitude, new Vector<uint>(leastOverflow));
        Vector<uint> odd = (limited >> shift) & Vector<uint>.One;
        Vector<uint> normal = (limited + new Vector<uint>((1u << (shift - 1)) - 1 - ((uint)(FloatBias - bias) << FloatMantissaBits)) + odd) >> shift;
        Vector<uint> anchor = new((uint)(FloatBias - bias + shift + 1) << FloatMantissaBits);
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
