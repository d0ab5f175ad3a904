using System.Globalization;

namespace Urma.Net.Compare.Parsing;

/// <summary>Lines of a name and a time: <c>perftest 22365 ns</c>.</summary>
internal static class NamedFigure
{
    /// <exception cref="FormatException">There is no such line.</exception>
    public static double Nanoseconds(string text, string name) => text.Split('\n')
        .Select(static line => line.Trim().Split(' '))
        .FirstOrDefault(words => words is [var first, _, "ns"] && first == name) is { } found
            ? double.Parse(found[1], CultureInfo.InvariantCulture)
            : throw new FormatException($"there is no time of {name}");
}
