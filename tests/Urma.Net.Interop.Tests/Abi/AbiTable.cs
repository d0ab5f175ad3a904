namespace Urma.Net.Interop.Tests.Abi;

/// <summary>
/// The published layouts of a library (x86_64, gcc 12), one line per type, member and enumerator:
/// <c>struct,field,offset,size,bit_offset,bit_size,type</c>.
/// </summary>
internal sealed class AbiTable
{
    private const string Header = "struct,field,offset,size,bit_offset,bit_size,type";

    private AbiTable(string library)
    {
        Lines = Parse(File.ReadAllText(Path.Combine(Repository.Facts, library + "-abi.csv")));
        Types = Lines.Select(TypeOf).ToHashSet();
        Members = Lines
            .Where(line => !IsEnumerator(line) && FieldOf(line) != "(sizeof)")
            .Select(line => $"{TypeOf(line)}.{FieldOf(line)}").ToHashSet();
        Enumerators = Lines
            .Where(IsEnumerator)
            .Select(line => $"{TypeOf(line)}.{FieldOf(line)[1..]}").ToHashSet();
    }

    internal static AbiTable Liburma { get; } = new("liburma");

    internal static AbiTable Libobmm { get; } = new("libobmm");

    /// <summary>The lines after the header.</summary>
    internal IReadOnlyList<string> Lines { get; }

    /// <summary>The types, without <c>struct</c> or <c>union</c> before their names.</summary>
    internal IReadOnlySet<string> Types { get; }

    /// <summary>The members, as <c>type.member.member</c>.</summary>
    internal IReadOnlySet<string> Members { get; }

    /// <summary>The enumerators, as <c>type.NAME</c>.</summary>
    internal IReadOnlySet<string> Enumerators { get; }

    /// <summary>The lines of a table, which must begin with the header.</summary>
    internal static string[] Parse(string table)
    {
        string[] lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(Header, lines[0]);
        return lines[1..];
    }

    private static string TypeOf(string line)
    {
        string type = line.Split(',')[0];
        return type[(type.IndexOf(' ', StringComparison.Ordinal) + 1)..];
    }

    private static string FieldOf(string line) => line.Split(',')[1];

    private static bool IsEnumerator(string line) => FieldOf(line).StartsWith('=');
}
