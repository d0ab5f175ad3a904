using System.Globalization;
using System.Text.RegularExpressions;
using Urma.Net.Compare.Model;

namespace Urma.Net.Compare.Parsing;

/// <summary>Reads the lines of the C yardsticks, one behind each line <c>size N</c>.</summary>
internal static partial class YardstickOutput
{
    /// <summary>"one way 81.5 ns" of pingpong, ring and futex.</summary>
    public static IEnumerable<Reading> OneWay(string output, string series) =>
        Sections.Of(output).Select(section => new Reading(series, section.Size, Number(OneWayPattern(), section.Text)));

    /// <summary>"12.34 GB/s" of memcpy.</summary>
    public static IEnumerable<Reading> GigabytesPerSecond(string output, string series) =>
        Sections.Of(output).Select(section => new Reading(series, section.Size, Number(BandwidthPattern(), section.Text)));

    /// <summary>The time of one copy, from memcpy's bandwidth.</summary>
    public static IEnumerable<Reading> CopyNanoseconds(string output, string series) =>
        GigabytesPerSecond(output, series).Select(static reading => reading with { Value = reading.X / reading.Value });

    private static double Number(Regex pattern, string text) =>
        pattern.Match(text) is { Success: true } match ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : throw new FormatException("there is no figure of a yardstick");

    [GeneratedRegex(@"one way ([0-9.]+) ns")]
    private static partial Regex OneWayPattern();

    [GeneratedRegex(@"([0-9.]+) GB/s")]
    private static partial Regex BandwidthPattern();
}
