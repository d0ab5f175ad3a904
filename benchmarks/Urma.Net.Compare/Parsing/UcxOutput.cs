using Urma.Net.Compare.Model;
using Urma.Net.Tool.Compare;

namespace Urma.Net.Compare.Parsing;

/// <summary>Reads the comma-separated output of ucx_perftest, one run behind each line <c>size N</c>.</summary>
internal static class UcxOutput
{
    public static IEnumerable<Reading> Read(string output, string series, Func<double, UcxResult, double> value) =>
        Sections.Of(output).Select(section => new Reading(
            series, section.Size, value(section.Size, UcxPerftest.Parse(section.Text) ?? throw new FormatException($"ucx_perftest reported nothing for {section.Size} bytes"))));

    /// <summary>Half the round trip in its ping-pong tests, the time of one operation otherwise.</summary>
    public static double Nanoseconds(double size, UcxResult result) => result.Nanoseconds;

    public static double GigabytesPerSecond(double size, UcxResult result) => size * result.OperationsPerSecond / 1e9;

    public static double MillionsPerSecond(double size, UcxResult result) => result.OperationsPerSecond / 1e6;
}
