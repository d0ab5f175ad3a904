using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Urma.Net.Collectives.Types;

namespace Urma.Net.Collectives;

/// <summary>
/// 1 sign, 5 exponent and 2 mantissa bits, 1 byte (OCP E5M2): the upper half of a <see cref="Half"/>, with its infinities and NaNs; the
/// largest number is 57344. A conversion of anything from 61440 on gives infinity; <see cref="CreateSaturating"/> gives 57344.
/// </summary>
/// <remarks>
/// A value as it is stored and sent; arithmetic goes through <see cref="float"/> and is rounded to the nearest, ties to even.
/// Comparison, parsing and formatting are those of <see cref="float"/>: <c>==</c> with NaN is false, <see cref="Equals(Float8E5M2)"/> is true.
/// </remarks>
public readonly struct Float8E5M2 : IEquatable<Float8E5M2>, IComparable<Float8E5M2>, IComparable, ISpanFormattable, ISpanParsable<Float8E5M2>
{
    private Float8E5M2(byte bits) => Bits = bits;

    /// <summary>0.</summary>
    public static Float8E5M2 Zero => new(0);

    /// <summary>1.</summary>
    public static Float8E5M2 One => new(0x3C);

    /// <summary>The largest number: 57344.</summary>
    public static Float8E5M2 MaxValue => new(0x7B);

    /// <summary>The least number: -57344.</summary>
    public static Float8E5M2 MinValue => new(0xFB);

    /// <summary>The least positive number, subnormal: 2^-16.</summary>
    public static Float8E5M2 Epsilon => new(0x01);

    /// <summary>Not a number.</summary>
    public static Float8E5M2 NaN => new(0x7E);

    /// <summary>Infinity.</summary>
    public static Float8E5M2 PositiveInfinity => new(0x7C);

    /// <summary>Negative infinity.</summary>
    public static Float8E5M2 NegativeInfinity => new(0xFC);


    /// <summary>The bits as stored.</summary>
    public byte Bits { get; }

    /// <summary>The value whose stored bits are <paramref name="bits"/>; every pattern is legal.</summary>
    public static Float8E5M2 FromBits(byte bits) => new(bits);

    /// <summary>Whether <paramref name="value"/> is infinite.</summary>
    public static bool IsInfinity(Float8E5M2 value) => (value.Bits & 0x7F) == 0x7C;

    /// <summary>Rounds like the conversion, but what is too large, infinity included, becomes <see cref="MaxValue"/> or <see cref="MinValue"/>. NaN stays NaN.</summary>
    public static Float8E5M2 CreateSaturating(float value) => (Float8E5M2)Math.Clamp(value, -57344f, 57344f);

    /// <summary>Whether <paramref name="value"/> is not a number.</summary>
    public static bool IsNaN(Float8E5M2 value) => float.IsNaN((float)value);

    /// <summary>Whether <paramref name="value"/> is neither NaN nor infinite.</summary>
    public static bool IsFinite(Float8E5M2 value) => float.IsFinite((float)value);

    /// <summary>Exact.</summary>
    public static explicit operator float(Float8E5M2 value) => Float8E5M2Layout.ToSingle(value.Bits);

    /// <summary>Rounds to the nearest, ties to even.</summary>
    public static explicit operator Float8E5M2(float value) => new((byte)Float8E5M2Layout.FromSingle(value));

    /// <summary>The sum, rounded.</summary>
    public static Float8E5M2 operator +(Float8E5M2 left, Float8E5M2 right) => (Float8E5M2)((float)left + (float)right);

    /// <summary>The difference, rounded.</summary>
    public static Float8E5M2 operator -(Float8E5M2 left, Float8E5M2 right) => (Float8E5M2)((float)left - (float)right);

    /// <summary>The product, rounded.</summary>
    public static Float8E5M2 operator *(Float8E5M2 left, Float8E5M2 right) => (Float8E5M2)((float)left * (float)right);

    /// <summary>The quotient, rounded.</summary>
    public static Float8E5M2 operator /(Float8E5M2 left, Float8E5M2 right) => (Float8E5M2)((float)left / (float)right);

    /// <summary>The same value with the other sign.</summary>
    public static Float8E5M2 operator -(Float8E5M2 value) => new((byte)(value.Bits ^ 0x80));

    /// <summary>IEEE equality: NaN equals nothing, both zeros are equal.</summary>
    public static bool operator ==(Float8E5M2 left, Float8E5M2 right) => (float)left == (float)right;

    /// <summary>The opposite of <c>==</c>.</summary>
    public static bool operator !=(Float8E5M2 left, Float8E5M2 right) => (float)left != (float)right;

    /// <summary>False where either is NaN.</summary>
    public static bool operator <(Float8E5M2 left, Float8E5M2 right) => (float)left < (float)right;

    /// <summary>False where either is NaN.</summary>
    public static bool operator >(Float8E5M2 left, Float8E5M2 right) => (float)left > (float)right;

    /// <summary>False where either is NaN.</summary>
    public static bool operator <=(Float8E5M2 left, Float8E5M2 right) => (float)left <= (float)right;

    /// <summary>False where either is NaN.</summary>
    public static bool operator >=(Float8E5M2 left, Float8E5M2 right) => (float)left >= (float)right;

    /// <inheritdoc />
    public static Float8E5M2 Parse(string s, IFormatProvider? provider = null) => (Float8E5M2)float.Parse(s, provider);

    /// <inheritdoc />
    public static Float8E5M2 Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => (Float8E5M2)float.Parse(s, provider);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Float8E5M2 result) => TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Float8E5M2 result)
    {
        bool parsed = float.TryParse(s, provider, out float value);
        result = (Float8E5M2)value;
        return parsed;
    }

    /// <inheritdoc />
    public bool Equals(Float8E5M2 other) => ((float)this).Equals((float)other);

    /// <inheritdoc />
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Float8E5M2 other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <summary>NaN comes before every number.</summary>
    public int CompareTo(Float8E5M2 other) => ((float)this).CompareTo((float)other);

    /// <inheritdoc />
    /// <exception cref="ArgumentException"><paramref name="obj"/> is of another type.</exception>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        Float8E5M2 other => CompareTo(other),
        _ => throw new ArgumentException($"Must be a {nameof(Float8E5M2)}, is a {obj.GetType()}.", nameof(obj)),
    };

    /// <inheritdoc />
    public override string ToString() => ((float)this).ToString(CultureInfo.CurrentCulture);

    /// <inheritdoc />
    public string ToString(string? format, IFormatProvider? formatProvider) => ((float)this).ToString(format, formatProvider);

    /// <inheritdoc />
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        ((float)this).TryFormat(destination, out charsWritten, format, provider);
}
