using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Urma.Net.Collectives.Types;

namespace Urma.Net.Collectives;

/// <summary>
/// The upper half of a <see cref="float"/>: 1 sign, 8 exponent and 7 mantissa bits, 2 bytes; the range of <see cref="float"/> with two or
/// three decimal digits.
/// </summary>
/// <remarks>
/// A value as it is stored and sent; arithmetic goes through <see cref="float"/> and is rounded to the nearest, ties to even.
/// Comparison, parsing and formatting are those of <see cref="float"/>: <c>==</c> with NaN is false, <see cref="Equals(BFloat16)"/> is true.
/// </remarks>
public readonly struct BFloat16 : IEquatable<BFloat16>, IComparable<BFloat16>, IComparable, ISpanFormattable, ISpanParsable<BFloat16>
{
    private BFloat16(ushort bits) => Bits = bits;

    /// <summary>0.</summary>
    public static BFloat16 Zero => new(0);

    /// <summary>1.</summary>
    public static BFloat16 One => new(0x3F80);

    /// <summary>The largest number: about 3.39e38.</summary>
    public static BFloat16 MaxValue => new(0x7F7F);

    /// <summary>The least number: about -3.39e38.</summary>
    public static BFloat16 MinValue => new(0xFF7F);

    /// <summary>The least positive number, subnormal: about 9.18e-41.</summary>
    public static BFloat16 Epsilon => new(0x0001);

    /// <summary>Not a number.</summary>
    public static BFloat16 NaN => new(0x7FC0);

    /// <summary>Infinity.</summary>
    public static BFloat16 PositiveInfinity => new(0x7F80);

    /// <summary>Negative infinity.</summary>
    public static BFloat16 NegativeInfinity => new(0xFF80);


    /// <summary>The bits as stored.</summary>
    public ushort Bits { get; }

    /// <summary>The value whose stored bits are <paramref name="bits"/>; every pattern is legal.</summary>
    public static BFloat16 FromBits(ushort bits) => new(bits);

    /// <summary>Whether <paramref name="value"/> is infinite.</summary>
    public static bool IsInfinity(BFloat16 value) => (value.Bits & 0x7FFF) == 0x7F80;

    /// <summary>Whether <paramref name="value"/> is not a number.</summary>
    public static bool IsNaN(BFloat16 value) => float.IsNaN((float)value);

    /// <summary>Whether <paramref name="value"/> is neither NaN nor infinite.</summary>
    public static bool IsFinite(BFloat16 value) => float.IsFinite((float)value);

    /// <summary>Exact.</summary>
    public static explicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    /// <summary>Rounds to the nearest, ties to even.</summary>
    public static explicit operator BFloat16(float value) => new(Round(value));

    /// <summary>The sum, rounded.</summary>
    public static BFloat16 operator +(BFloat16 left, BFloat16 right) => (BFloat16)((float)left + (float)right);

    /// <summary>The difference, rounded.</summary>
    public static BFloat16 operator -(BFloat16 left, BFloat16 right) => (BFloat16)((float)left - (float)right);

    /// <summary>The product, rounded.</summary>
    public static BFloat16 operator *(BFloat16 left, BFloat16 right) => (BFloat16)((float)left * (float)right);

    /// <summary>The quotient, rounded.</summary>
    public static BFloat16 operator /(BFloat16 left, BFloat16 right) => (BFloat16)((float)left / (float)right);

    /// <summary>The same value with the other sign.</summary>
    public static BFloat16 operator -(BFloat16 value) => new((ushort)(value.Bits ^ 0x8000));

    /// <summary>IEEE equality: NaN equals nothing, both zeros are equal.</summary>
    public static bool operator ==(BFloat16 left, BFloat16 right) => (float)left == (float)right;

    /// <summary>The opposite of <c>==</c>.</summary>
    public static bool operator !=(BFloat16 left, BFloat16 right) => (float)left != (float)right;

    /// <summary>False where either is NaN.</summary>
    public static bool operator <(BFloat16 left, BFloat16 right) => (float)left < (float)right;

    /// <summary>False where either is NaN.</summary>
    public static bool operator >(BFloat16 left, BFloat16 right) => (float)left > (float)right;

    /// <summary>False where either is NaN.</summary>
    public static bool operator <=(BFloat16 left, BFloat16 right) => (float)left <= (float)right;

    /// <summary>False where either is NaN.</summary>
    public static bool operator >=(BFloat16 left, BFloat16 right) => (float)left >= (float)right;

    /// <inheritdoc />
    public static BFloat16 Parse(string s, IFormatProvider? provider = null) => (BFloat16)float.Parse(s, provider);

    /// <inheritdoc />
    public static BFloat16 Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => (BFloat16)float.Parse(s, provider);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out BFloat16 result) => TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out BFloat16 result)
    {
        bool parsed = float.TryParse(s, provider, out float value);
        result = (BFloat16)value;
        return parsed;
    }

    /// <inheritdoc />
    public bool Equals(BFloat16 other) => ((float)this).Equals((float)other);

    /// <inheritdoc />
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <summary>NaN comes before every number.</summary>
    public int CompareTo(BFloat16 other) => ((float)this).CompareTo((float)other);

    /// <inheritdoc />
    /// <exception cref="ArgumentException"><paramref name="obj"/> is of another type.</exception>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        BFloat16 other => CompareTo(other),
        _ => throw new ArgumentException($"Must be a {nameof(BFloat16)}, is a {obj.GetType()}.", nameof(obj)),
    };

    /// <inheritdoc />
    public override string ToString() => ((float)this).ToString(CultureInfo.CurrentCulture);

    /// <inheritdoc />
    public string ToString(string? format, IFormatProvider? formatProvider) => ((float)this).ToString(format, formatProvider);

    /// <inheritdoc />
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        ((float)this).TryFormat(destination, out charsWritten, format, provider);

    // A NaN keeps its sign and what fits of its payload, and becomes quiet: rounding could carry it into infinity or zero.
    private static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x0040) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
