using System.Globalization;
using System.Text.RegularExpressions;

namespace Urma.Net.Compare.Parsing;

/// <summary>Reads the lines of <c>urma ranks</c>.</summary>
internal static partial class RanksOutput
{
    /// <summary>Nanoseconds of a message while all ranks stream to all others, and while two do.</summary>
    public static (double Many, double Two) Streaming(string output) => Match(StreamPattern(), output);

    /// <summary>Nanoseconds of a message between two that share a processor, and of a raw futex handoff beside it.</summary>
    public static (double Message, double Handoff) PingPong(string output) => Match(PingPongPattern(), output);

    private static (double First, double Second) Match(Regex pattern, string output) => pattern.Match(output) is { Success: true } match
        ? (double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), double.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture))
        : throw new FormatException("urma ranks did not say what was looked for");

    [GeneratedRegex(@"streaming.*?\s([0-9.]+) ns/message\s+2 ranks\s+([0-9.]+) ns/message")]
    private static partial Regex StreamPattern();

    [GeneratedRegex(@"ping-pong.*?\s([0-9.]+) ns\s+raw futex\s+([0-9.]+) ns")]
    private static partial Regex PingPongPattern();
}
