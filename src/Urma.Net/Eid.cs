using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Urma.Net;

/// <summary>Endpoint identifier: 128 bits that name a device on the fabric, written like an IPv6 address (<c>urma_eid_t</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Eid : IEquatable<Eid>, ISpanParsable<Eid>, ISpanFormattable
{
    private readonly ulong _high;
    private readonly ulong _low;

    /// <summary>Builds an EID from its two halves.</summary>
    /// <param name="high">The first eight bytes, as a big-endian number.</param>
    /// <param name="low">The last eight bytes, as a big-endian number.</param>
    public Eid(ulong high, ulong low)
    {
        _high = high;
        _low = low;
    }

    /// <summary>Reads an EID from 16 bytes in network order.</summary>
    /// <param name="bytes">At least 16 bytes.</param>
    public Eid(ReadOnlySpan<byte> bytes)
    {
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
    }

    /// <summary>The first eight bytes, as a big-endian number.</summary>
    internal ulong High => _high;

    /// <summary>The last eight bytes, as a big-endian number.</summary>
    internal ulong Low => _low;

    /// <summary>Size in bytes.</summary>
    public static int Size => 16;

    /// <summary>Whether all bits are zero.</summary>
    public bool IsZero => (_high | _low) == 0;

    /// <summary>Writes the 16 bytes in network order.</summary>
    /// <param name="destination">At least 16 bytes.</param>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
    }

    /// <summary>Reads the IPv6 notation.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used.</param>
    /// <exception cref="FormatException">The text is not an EID.</exception>
    public static Eid Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out Eid eid) ? eid : throw new FormatException($"'{s}' is not an EID: write 128 bits as an IPv6 address, such as fd00::1.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider?)"/>
    public static Eid Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Eid result)
    {
        result = default;
        if (!IPAddress.TryParse(s, out IPAddress? address))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        result = new Eid((address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address).TryWriteBytes(bytes, out _) ? bytes : bytes);
        return true;
    }

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Eid result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        ToAddress().TryFormat(destination, out charsWritten);

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public override string ToString() => ToAddress().ToString();

    /// <inheritdoc/>
    public bool Equals(Eid other) => _high == other._high && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Eid other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low);

    /// <summary>Compares all 128 bits.</summary>
    public static bool operator ==(Eid left, Eid right) => left.Equals(right);

    /// <summary>Compares all 128 bits.</summary>
    public static bool operator !=(Eid left, Eid right) => !left.Equals(right);

    /// <summary>0 where both are equal; without branches, for code that compares more at once.</summary>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    internal ulong Difference(in Eid other) => (_high ^ other._high) | (_low ^ other._low);

    private IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        WriteTo(bytes);
        return new IPAddress(bytes);
    }
}
