using System.Globalization;
using Urma.Net.Compare.Model;

namespace Urma.Net.Compare.Parsing;

/// <summary>Reads the table of fi_pingpong, one run behind each line <c>size N</c>: its usec/xfer is half a round trip.</summary>
internal static class LibfabricOutput
{
    private const string Heading = "usec/xfer";

    public static IEnumerable<Reading> Nanoseconds(string output, string series) =>
        Sections.Of(output).Select(section => new Reading(series, section.Size, Microseconds(section.Text) * 1000));

    private static double Microseconds(string text)
    {
        string[][] lines = [.. text.Split('\n').Select(static line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))];
        int heading = Array.FindIndex(lines, static words => words.Contains(Heading));
        if (heading < 0)
        {
            throw new FormatException("fi_pingpong printed no table");
        }

        // "total time" are one heading each, as are their numbers.
        int column = Array.IndexOf(lines[heading], Heading);
        string[] last = lines.Skip(heading + 1).LastOrDefault(words => words.Length == lines[heading].Length) ?? throw new FormatException("fi_pingpong's table is empty");
        return double.Parse(last[column], CultureInfo.InvariantCulture);
    }
}
