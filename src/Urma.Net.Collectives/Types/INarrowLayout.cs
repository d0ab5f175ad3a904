namespace Urma.Net.Collectives.Types;

/// <summary>
/// How a sign, exponent and mantissa lie in 8 or 16 bits. Codes are without the sign; <c>float</c> bits are those of the absolute
/// value. Everything else of the conversions follows from these numbers.
/// </summary>
internal interface INarrowLayout
{
    /// <summary>Bits of the stored mantissa.</summary>
    static abstract int MantissaBits { get; }

    /// <summary>What is added to an exponent before it is stored.</summary>
    static abstract int Bias { get; }

    /// <summary>Bits of a code, its sign included.</summary>
    static abstract int Width { get; }

    /// <summary>The code from which on codes mean infinity or NaN.</summary>
    static abstract uint FirstSpecialCode { get; }

    /// <summary>The code of NaN.</summary>
    static abstract uint NanCode { get; }

    /// <summary>The code of what is too large.</summary>
    static abstract uint OverflowCode { get; }

    /// <summary>The bits of the least <c>float</c> that is rounded to what is too large.</summary>
    static abstract uint LeastOverflow { get; }
}
