using System.Globalization;
using System.Text.RegularExpressions;

namespace Urma.Net.Compare.Parsing;

/// <summary>Reads the lines of <c>urma ranks</c>.</summary>
internal static partial class RanksOutput
{
    /// <summary>Nanoseconds of a message while all ranks stream to all others, and while two do.</summary>
    /// <exception cref="FormatException">It does not say that.</exception>
    public static (double Many, double Two) Streaming(string output) => StreamPattern().Match(output) is { Success: true } match
        ? (double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), double.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture))
        : throw new FormatException("urma ranks said nothing of streaming");

    [GeneratedRegex(@"streaming.*?\s([0-9.]+) ns/message\s+2 ranks\s+([0-9.]+) ns/message")]
    private static partial Regex StreamPattern();
}
