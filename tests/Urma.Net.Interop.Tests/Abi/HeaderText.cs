using System.Text.RegularExpressions;

namespace Urma.Net.Interop.Tests.Abi;

/// <summary>Our headers as tokens of C: without comments, directives and what only C++ sees.</summary>
internal static partial class HeaderText
{
    /// <summary>The tokens of every header below a directory.</summary>
    internal static IEnumerable<string> Tokens(string directory) => Directory
        .GetFiles(directory, "*.h", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .SelectMany(header => Token().Matches(Plain(File.ReadAllText(header))))
        .Select(match => match.Value);

    private static string Plain(string header)
    {
        string text = Comment().Replace(header, "").Replace("\\\n", " ", StringComparison.Ordinal);
        text = ForCxx().Replace(text, "$1");
        return Directive().Replace(text, "");
    }

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^#ifdef __cplusplus\n(?:[^#].*\n|#include.*\n)*(?:#else\n((?:[^#].*\n|#include.*\n)*))?#endif", RegexOptions.Multiline)]
    private static partial Regex ForCxx();

    [GeneratedRegex(@"^#.*$", RegexOptions.Multiline)]
    private static partial Regex Directive();

    [GeneratedRegex(@"\w+|[{}()\[\]:;,=*-]")]
    private static partial Regex Token();
}
