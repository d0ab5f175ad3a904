namespace Urma.Net.Compare.Model;

/// <summary>One command line of a shell, and how to read what it prints.</summary>
/// <param name="Command">Runs in the repository's root, and is printed beside the numbers as it is here.</param>
/// <param name="Series">The series it measures.</param>
/// <param name="Parse">Reads its output; throws <see cref="FormatException"/> for what it does not understand.</param>
internal sealed record Turn(string Command, IReadOnlyList<Series> Series, Func<string, IEnumerable<Reading>> Parse)
{
    public Turn(string command, Series series, Func<string, IEnumerable<Reading>> parse)
        : this(command, [series], parse)
    {
    }
}
