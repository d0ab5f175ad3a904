using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Urma.Net.Collectives.Types;

namespace Urma.Net.Collectives;

/// <summary>
/// 1 sign, 4 exponent and 3 mantissa bits, 1 byte (OCP E4M3, also called E4M3FN): no infinities, NaN is 0x7F and 0xFF, the largest number is
/// 448. A conversion of anything larger (from above 464 on, which is the last that is rounded to 448) gives NaN, so that an overflow is
/// seen; <see cref="CreateSaturating"/> gives 448.
/// </summary>
/// <remarks>
/// A value as it is stored and sent; arithmetic goes through <see cref="float"/> and is rounded to the nearest, ties to even.
/// Comparison, parsing and formatting are those of <see cref="float"/>: <c>==</c> with NaN is false, <see cref="Equals(Float8E4M3)"/> is true.
/// </remarks>
public readonly struct Float8E4M3 : IEquatable<Float8E4M3>, IComparable<Float8E4M3>, IComparable, ISpanFormattable, ISpanParsable<Float8E4M3>
{
    private Float8E4M3(byte bits) => Bits = bits;

    /// <summary>0.</summary>
    public static Float8E4M3 Zero => new(0);

    /// <summary>1.</summary>
    public static Float8E4M3 One => new(0x38);

    /// <summary>The largest number: 448.</summary>
    public static Float8E4M3 MaxValue => new(0x7E);

    /// <summary>The least number: -448.</summary>
    public static Float8E4M3 MinValue => new(0xFE);

    /// <summary>The least positive number, subnormal: 2^-9.</summary>
    public static Float8E4M3 Epsilon => new(0x01);

    /// <summary>Not a number.</summary>
    public static Float8E4M3 NaN => new(0x7F);


    /// <summary>The bits as stored.</summary>
    public byte Bits { get; }

    /// <summary>The value whose stored bits are <paramref name="bits"/>; every pattern is legal.</summary>
    public static Float8E4M3 FromBits(byte bits) => new(bits);

    /// <summary>Rounds like the conversion, but what is too large, infinity included, becomes <see cref="MaxValue"/> or <see cref="MinValue"/>. NaN stays NaN.</summary>
    public static Float8E4M3 CreateSaturating(float value) => (Float8E4M3)Math.Clamp(value, -448f, 448f);

    /// <summary>Whether <paramref name="value"/> is not a number.</summary>
    public static bool IsNaN(Float8E4M3 value) => float.IsNaN((float)value);

    /// <summary>Whether <paramref name="value"/> is neither NaN nor infinite.</summary>
    public static bool IsFinite(Float8E4M3 value) => float.IsFinite((float)value);

    /// <summary>Exact.</summary>
    public static explicit operator float(Float8E4M3 value) => Float8E4M3Layout.ToSingle(value.Bits);

    /// <summary>Rounds to the nearest, ties to even.</summary>
    public static explicit operator Float8E4M3(float value) => new((byte)Float8E4M3Layout.FromSingle(value));

    /// <summary>The sum, rounded.</summary>
    public static Float8E4M3 operator +(Float8E4M3 left, Float8E4M3 right) => (Float8E4M3)((float)left + (float)right);

    /// <summary>The difference, rounded.</summary>
    public static Float8E4M3 operator -(Float8E4M3 left, Float8E4M3 right) => (Float8E4M3)((float)left - (float)right);

    /// <summary>The product, rounded.</summary>
    public static Float8E4M3 operator *(Float8E4M3 left, Float8E4M3 right) => (Float8E4M3)((float)left * (float)right);

    /// <summary>The quotient, rounded.</summary>
    public static Float8E4M3 operator /(Float8E4M3 left, Float8E4M3 right) => (Float8E4M3)((float)left / (float)right);

    /// <summary>The same value with the other sign.</summary>
    public static Float8E4M3 operator -(Float8E4M3 value) => new((byte)(value.Bits ^ 0x80));

    /// <summary>IEEE equality: NaN equals nothing, both zeros are equal.</summary>
    public static bool operator ==(Float8E4M3 left, Float8E4M3 right) => (float)left == (float)right;

    /// <summary>The opposite of <c>==</c>.</summary>
    public static bool operator !=(Float8E4M3 left, Float8E4M3 right) => (float)left != (float)right;

    /// <summary>False where either is NaN.</summary>
    public static bool operator <(Float8E4M3 left, Float8E4M3 right) => (float)left < (float)right;

    /// <summary>False where either is NaN.</summary>
    public static bool operator >(Float8E4M3 left, Float8E4M3 right) => (float)left > (float)right;

    /// <summary>False where either is NaN.</summary>
    public static bool operator <=(Float8E4M3 left, Float8E4M3 right) => (float)left <= (float)right;

    /// <summary>False where either is NaN.</summary>
    public static bool operator >=(Float8E4M3 left, Float8E4M3 right) => (float)left >= (float)right;

    /// <inheritdoc />
    public static Float8E4M3 Parse(string s, IFormatProvider? provider = null) => (Float8E4M3)float.Parse(s, provider);

    /// <inheritdoc />
    public static Float8E4M3 Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => (Float8E4M3)float.Parse(s, provider);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Float8E4M3 result) => TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Float8E4M3 result)
    {
        bool parsed = float.TryParse(s, provider, out float value);
        result = (Float8E4M3)value;
        return parsed;
    }

    /// <inheritdoc />
    public bool Equals(Float8E4M3 other) => ((float)this).Equals((float)other);

    /// <inheritdoc />
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Float8E4M3 other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <summary>NaN comes before every number.</summary>
    public int CompareTo(Float8E4M3 other) => ((float)this).CompareTo((float)other);

    /// <inheritdoc />
    /// <exception cref="ArgumentException"><paramref name="obj"/> is of another type.</exception>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        Float8E4M3 other => CompareTo(other),
        _ => throw new ArgumentException($"Must be a {nameof(Float8E4M3)}, is a {obj.GetType()}.", nameof(obj)),
    };

    /// <inheritdoc />
    public override string ToString() => ((float)this).ToString(CultureInfo.CurrentCulture);

    /// <inheritdoc />
    public string ToString(string? format, IFormatProvider? formatProvider) => ((float)this).ToString(format, formatProvider);

    /// <inheritdoc />
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        ((float)this).TryFormat(destination, out charsWritten, format, provider);
}
