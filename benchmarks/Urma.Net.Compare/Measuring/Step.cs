using System.CommandLine;
using System.Globalization;
using Urma.Net.Tool;

namespace Urma.Net.Compare.Measuring;

/// <summary>A size and how many operations of it, as in <c>64:100000</c>.</summary>
internal readonly record struct Step(long Size, long Count)
{
    /// <summary>The argument of commands that go through several.</summary>
    public static Argument<string[]> Argument() => new("steps") { Description = "Sizes and counts, such as 64:100000", Arity = ArgumentArity.OneOrMore };

    /// <summary>Reads them.</summary>
    /// <exception cref="ToolException">One of them is none.</exception>
    public static Step[] Parse(IEnumerable<string> texts) => [.. texts.Select(Parse)];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Size}:{Count}");

    private static Step Parse(string text) =>
        text.Split(':') is [var size, var count] && long.TryParse(size, CultureInfo.InvariantCulture, out long bytes) &&
        long.TryParse(count, CultureInfo.InvariantCulture, out long times) && bytes > 0 && times > 0
            ? new Step(bytes, times)
            : throw new ToolException($"'{text}' is no size and count such as 64:100000.");
}
