using System.Globalization;
using System.Text.RegularExpressions;

namespace Urma.Net.Interop.Headers.Types;

/// <summary>
/// How a struct, union or enum is told from all others: by its tag, or by where it stands when it has none. The compiler
/// spells both in the types of fields and in its table of layouts.
/// </summary>
public static partial class TagKey
{
    /// <summary>The key of a type with a tag, such as <c>struct urma_cr</c>.</summary>
    public static string Named(string tag, string name) => $"{tag} {name}";

    /// <summary>The key of a type without a tag.</summary>
    /// <param name="file">The file's path as the compiler spells it.</param>
    /// <param name="line">The line of the keyword, from 1.</param>
    /// <param name="column">Its column, from 1.</param>
    public static string Unnamed(string file, int line, int column) =>
        // One file can be spelled in several ways, by way of several others that include it.
        string.Create(CultureInfo.InvariantCulture, $"@{Path.GetFullPath(file)}:{line}:{column}");

    /// <summary>What the table of layouts calls a type that has no tag but was defined in a typedef.</summary>
    public static string Typedef(string name) => $"typedef {name}";

    /// <summary>Reads what follows <c>struct</c>, <c>union</c> or <c>enum</c> in the compiler's spelling of a type.</summary>
    public static string FromSpelling(string tag, string spelling)
    {
        Match match = Place().Match(spelling);
        if (match.Success)
        {
            return Unnamed(match.Groups["file"].Value, Number(match, "line"), Number(match, "column"));
        }

        int scope = spelling.LastIndexOf("::", StringComparison.Ordinal);
        return Named(tag, scope < 0 ? spelling : spelling[(scope + 2)..]);
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    // "(unnamed struct at ./t.h:14:91)", "outer::(anonymous at ./t.h:14:48)": the words differ between releases of clang.
    [GeneratedRegex(@"\((?:unnamed|anonymous)[a-z ]* at (?<file>.+):(?<line>\d+):(?<column>\d+)\)$", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
