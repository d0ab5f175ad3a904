using System.Globalization;
using System.Text.RegularExpressions;
using Urma.Net.Compare.Model;

namespace Urma.Net.Compare.Parsing;

/// <summary>
/// Reads what the programs of <c>native/peers</c> and this program's own measurements print behind each line <c>size N</c>:
/// <c>time 812.30 ns  bandwidth 0.009848 GB/s  rate 1.231072 M/s  cpu 1.6213 s/M</c>.
/// </summary>
internal static partial class EndsOutput
{
    public static IEnumerable<Reading> Nanoseconds(string output, string series) => Read(output, series, TimePattern());

    public static IEnumerable<Reading> GigabytesPerSecond(string output, string series) => Read(output, series, BandwidthPattern());

    public static IEnumerable<Reading> MillionsPerSecond(string output, string series) => Read(output, series, RatePattern());

    /// <summary>Processor seconds of all processes for a million operations.</summary>
    public static IEnumerable<Reading> CpuSeconds(string output, string series) => Read(output, series, CpuPattern());

    public static IEnumerable<Reading> MemoryBytes(string output, string series) => Read(output, series, MemoryPattern());

    /// <summary>"123.4 M/s" of the yardsticks atomic and scatter.</summary>
    public static IEnumerable<Reading> Rate(string output, string series) => Read(output, series, AnyRatePattern());

    private static IEnumerable<Reading> Read(string output, string series, Regex pattern) => Sections.Of(output).Select(section => new Reading(
        series,
        section.Size,
        pattern.Match(section.Text) is { Success: true } match
            ? double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : throw new FormatException($"there is no figure for {section.Size}")));

    [GeneratedRegex(@"\btime ([0-9.]+) ns")]
    private static partial Regex TimePattern();

    [GeneratedRegex(@"\bbandwidth ([0-9.]+) GB/s")]
    private static partial Regex BandwidthPattern();

    [GeneratedRegex(@"\brate ([0-9.]+) M/s")]
    private static partial Regex RatePattern();

    [GeneratedRegex(@"\bcpu ([0-9.]+) s/M")]
    private static partial Regex CpuPattern();

    [GeneratedRegex(@"\bmemory ([0-9]+) bytes")]
    private static partial Regex MemoryPattern();

    [GeneratedRegex(@"([0-9.]+) M/s")]
    private static partial Regex AnyRatePattern();
}
