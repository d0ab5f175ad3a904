using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Urma.Net;

/// <summary>
/// An address that means the same on every node: device, address space, and virtual address there (<c>urma_ubva_t</c>). Written
/// <c>[fd00::1]:00002a+0x7f0000001000</c>: EID, UASID in hexadecimal, virtual address.
/// </summary>
/// <remarks>
/// It says where memory is, not that it may be touched: for that its owner must have granted it, and this process must own or
/// have imported it. Immutable.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct GlobalAddress : IEquatable<GlobalAddress>, ISpanParsable<GlobalAddress>, ISpanFormattable
{
    /// <summary>The largest UASID: it has 24 bits.</summary>
    public const uint MaxUasid = (1u << 24) - 1;

    // A field, because a property would hand out a copy where addresses are compared.
    internal readonly Eid EidField;

    /// <summary>Builds an address.</summary>
    /// <param name="eid">The device.</param>
    /// <param name="uasid">The address space on that device, 0 to <see cref="MaxUasid"/>.</param>
    /// <param name="virtualAddress">The address in that space.</param>
    /// <exception cref="ArgumentOutOfRangeException">The UASID has more than 24 bits.</exception>
    public GlobalAddress(Eid eid, uint uasid, ulong virtualAddress)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(uasid, MaxUasid);
        EidField = eid;
        VirtualAddress = virtualAddress;
        Uasid = uasid;
    }

    /// <summary>The device.</summary>
    public Eid Eid => EidField;

    /// <summary>The address in the space of <see cref="Uasid"/>.</summary>
    public ulong VirtualAddress { get; }

    /// <summary>The address space on the device, 24 bits.</summary>
    public uint Uasid { get; }

    /// <summary>Whether two addresses lie in one address space, so that their difference means something.</summary>
    /// <param name="other">The other address.</param>
    public bool IsInSameSpaceAs(GlobalAddress other) => Uasid == other.Uasid && Eid == other.Eid;

    /// <summary>Reads what <see cref="ToString()"/> writes.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">Not used.</param>
    /// <exception cref="FormatException">The text is no global address.</exception>
    public static GlobalAddress Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out GlobalAddress result)
            ? result
            : throw new FormatException($"'{s}' is no global address: write EID, UASID (hexadecimal, up to six digits) and address as in [fd00::1]:00002a+0x7f0000001000.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider?)"/>
    public static GlobalAddress Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out GlobalAddress result)
    {
        result = default;
        int close = s.LastIndexOf(']');
        if (close < 2 || s[0] != '[' || s.Length < close + 2 || s[close + 1] != ':')
        {
            return false;
        }

        ReadOnlySpan<char> rest = s[(close + 2)..];
        int plus = rest.IndexOf('+');
        if (plus is < 1 or > 6
            || !rest[(plus + 1)..].StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            || !Eid.TryParse(s[1..close], provider, out Eid eid)
            || !uint.TryParse(rest[..plus], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint uasid)
            || !ulong.TryParse(rest[(plus + 3)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong address))
        {
            return false;
        }

        result = new GlobalAddress(eid, uasid, address);
        return true;
    }

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out GlobalAddress result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        destination.TryWrite(CultureInfo.InvariantCulture, $"[{Eid}]:{Uasid:x6}+0x{VirtualAddress:x}", out charsWritten);

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{Eid}]:{Uasid:x6}+0x{VirtualAddress:x}");

    /// <inheritdoc/>
    public bool Equals(GlobalAddress other) => VirtualAddress == other.VirtualAddress && IsInSameSpaceAs(other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GlobalAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Eid, Uasid, VirtualAddress);

    /// <summary>The address so many bytes further on.</summary>
    /// <param name="offset">Bytes, also negative.</param>
    /// <exception cref="OverflowException">The result would leave the 64-bit address space.</exception>
    public GlobalAddress Add(long offset) => this + offset;

    /// <summary>The distance from another address of the same space.</summary>
    /// <param name="other">The address to subtract.</param>
    /// <exception cref="InvalidOperationException">The addresses lie in different spaces.</exception>
    /// <exception cref="OverflowException">They are more than 2⁶³ − 1 bytes apart.</exception>
    public long Subtract(GlobalAddress other) => this - other;

    /// <summary>Compares device, space and address.</summary>
    public static bool operator ==(GlobalAddress left, GlobalAddress right) => left.Equals(right);

    /// <summary>Compares device, space and address.</summary>
    public static bool operator !=(GlobalAddress left, GlobalAddress right) => !left.Equals(right);

    /// <summary>As <see cref="Add"/>.</summary>
    public static GlobalAddress operator +(GlobalAddress address, long offset)
    {
        ulong moved = address.VirtualAddress + (ulong)offset;
        if (offset < 0 ? moved >= address.VirtualAddress : moved < address.VirtualAddress)
        {
            ThrowOverflow(address, offset);
        }

        return new GlobalAddress(address.Eid, moved, address.Uasid);
    }

    /// <summary>The address so many bytes before.</summary>
    public static GlobalAddress operator -(GlobalAddress address, long offset)
    {
        if (offset == long.MinValue)
        {
            ThrowOverflow(address, offset);
        }

        return address + -offset;
    }

    /// <summary>As <see cref="Subtract"/>.</summary>
    public static long operator -(GlobalAddress left, GlobalAddress right)
    {
        if (!left.IsInSameSpaceAs(right))
        {
            throw new InvalidOperationException($"{left} and {right} lie in different address spaces: they have no distance.");
        }

        return left.VirtualAddress >= right.VirtualAddress
            ? checked((long)(left.VirtualAddress - right.VirtualAddress))
            : checked(-(long)(right.VirtualAddress - left.VirtualAddress));
    }

    // Without the check of the UASID, which came from an address.
    private GlobalAddress(Eid eid, ulong virtualAddress, uint uasid)
    {
        EidField = eid;
        VirtualAddress = virtualAddress;
        Uasid = uasid;
    }

    private static void ThrowOverflow(GlobalAddress address, long offset) =>
        throw new OverflowException($"{address} moved by {offset} bytes leaves the 64-bit address space.");
}
