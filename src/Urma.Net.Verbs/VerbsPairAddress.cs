using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Urma.Net.Verbs;

/// <summary>
/// How a queue pair of any verbs program is reached: what such programs tell each other before they connect. Written as
/// <c>ibv_rc_pingpong</c> does, <c>LID:QPN:PSN:GID</c> in hexadecimal digits (4, 6, 6 and 32 of them).
/// </summary>
/// <param name="Number">The queue pair's number (24 bits, not 0).</param>
/// <param name="PacketSequence">The number of the first packet it sends (24 bits).</param>
/// <param name="Gid">Its port's GID; zero where peers are found by <paramref name="Lid"/>. RoCE needs it.</param>
/// <param name="Lid">Its port's LID; 0 on RoCE.</param>
public readonly record struct VerbsPairAddress(uint Number, uint PacketSequence, Eid Gid, ushort Lid) : ISpanParsable<VerbsPairAddress>
{
    private const int LidDigits = 4;
    private const int Digits24Bits = 6;
    private const int HalfOfGid = 16;

    /// <summary>Characters of <see cref="ToString"/>.</summary>
    public static int TextLength => LidDigits + 1 + Digits24Bits + 1 + Digits24Bits + 1 + (2 * HalfOfGid);

    /// <summary>The largest number of a queue pair or packet.</summary>
    internal const uint Maximum24Bits = 0xFF_FFFF;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="s">The text, without a line end or a closing 0 byte.</param>
    /// <param name="provider">Not used.</param>
    /// <exception cref="FormatException">The text is not an address.</exception>
    public static VerbsPairAddress Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out VerbsPairAddress address)
            ? address
            : throw new FormatException($"'{s}' is no address of a queue pair: write LID:QPN:PSN:GID with 4, 6, 6 and 32 hexadecimal digits, as ibv_rc_pingpong does.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider?)"/>
    public static VerbsPairAddress Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out VerbsPairAddress result)
    {
        result = default;
        if (s.Length != TextLength || !TryRead(ref s, LidDigits, out ulong lid) || !TryRead(ref s, Digits24Bits, out ulong number)
            || !TryRead(ref s, Digits24Bits, out ulong packet) || !TryHex(s[..HalfOfGid], out ulong high) || !TryHex(s[HalfOfGid..], out ulong low))
        {
            return false;
        }

        result = new VerbsPairAddress((uint)number, (uint)packet, new Eid(high, low), (ushort)lid);
        return true;
    }

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out VerbsPairAddress result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <summary>The text form, such as <c>0000:000011:9c53ab:00000000000000000000ffffc0a84d01</c>.</summary>
    public override string ToString()
    {
        Span<byte> gid = stackalloc byte[Eid.Size];
        Gid.WriteTo(gid);
        return string.Create(CultureInfo.InvariantCulture, $"{Lid:x4}:{Number:x6}:{PacketSequence:x6}:{Convert.ToHexString(gid).ToLowerInvariant()}");
    }

    private static bool TryRead(ref ReadOnlySpan<char> text, int digits, out ulong value)
    {
        bool isRead = TryHex(text[..digits], out value) && text[digits] == ':';
        text = text[(digits + 1)..];
        return isRead;
    }

    private static bool TryHex(ReadOnlySpan<char> digits, out ulong value) =>
        ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
