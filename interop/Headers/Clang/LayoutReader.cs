using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Headers.Clang;

/// <summary>Reads what <c>clang -Xclang -fdump-record-layouts-complete</c> prints: one table for each struct and union.</summary>
internal static partial class LayoutReader
{
    // A table is printed with the members of members below each member; its own are indented by this much.
    private const int OwnIndent = 3;

    /// <summary>Reads all tables, by the key of the type.</summary>
    public static Dictionary<string, RecordLayout> Read(string text)
    {
        var layouts = new Dictionary<string, RecordLayout>(StringComparer.Ordinal);
        string? key = null;
        ImmutableArray<MemberLayout>.Builder members = ImmutableArray.CreateBuilder<MemberLayout>();
        foreach (string line in text.Split('\n'))
        {
            if (Total().Match(line) is { Success: true } total && key is not null)
            {
                layouts[key] = new RecordLayout(Number(total, "size"), Number(total, "align"), members.ToImmutable());
                key = null;
                members.Clear();
            }
            else if (Row().Match(line) is { Success: true } row)
            {
                if (key is null)
                {
                    string name = row.Groups["name"].Value.Replace(" (empty)", string.Empty, StringComparison.Ordinal);
                    key = row.Groups["tag"].Success ? TagKey.FromSpelling(row.Groups["tag"].Value, name) : TagKey.Typedef(name);
                }
                else if (row.Groups["indent"].Length == OwnIndent)
                {
                    members.Add(Member(row));
                }
            }
        }

        return layouts;
    }

    private static MemberLayout Member(Match row)
    {
        long bits = Number(row, "byte") * 8;
        if (!row.Groups["bits"].Success)
        {
            return new MemberLayout(bits, null);
        }

        // ":-" is a bit-field of width 0, which only ends a unit.
        return row.Groups["first"].Success
            ? new MemberLayout(bits + Number(row, "first"), (int)(Number(row, "last") - Number(row, "first") + 1))
            : new MemberLayout(bits, 0);
    }

    private static long Number(Match match, string group) =>
        long.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    // "     4:0-2 |   uint32_t a", "        16 | struct outer", "       8:- |   int ".
    [GeneratedRegex(@"^\s*(?<byte>\d+)(?<bits>:(?:(?<first>\d+)-(?<last>\d+)|-))? \|(?<indent> +)(?:(?<tag>struct|union) )?(?<name>.*)$")]
    private static partial Regex Row();

    [GeneratedRegex(@"\[sizeof=(?<size>\d+),.* align=(?<align>\d+)")]
    private static partial Regex Total();
}
