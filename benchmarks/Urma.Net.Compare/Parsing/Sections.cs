using System.Globalization;

namespace Urma.Net.Compare.Parsing;

/// <summary>The parts of a sweep's output, each behind a line <c>size N</c>.</summary>
internal static class Sections
{
    private const string Heading = "size ";

    public static IEnumerable<(double Size, string Text)> Of(string output)
    {
        double? size = null;
        var lines = new List<string>();
        foreach (string line in output.Split('\n'))
        {
            if (line.StartsWith(Heading, StringComparison.Ordinal) && double.TryParse(line[Heading.Length..], CultureInfo.InvariantCulture, out double next))
            {
                if (size is { } done)
                {
                    yield return (done, string.Join('\n', lines));
                }

                size = next;
                lines.Clear();
            }
            else
            {
                lines.Add(line);
            }
        }

        if (size is { } last)
        {
            yield return (last, string.Join('\n', lines));
        }
    }
}
