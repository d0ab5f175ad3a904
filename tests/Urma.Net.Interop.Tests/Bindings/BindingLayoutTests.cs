using System.Globalization;
using System.Reflection;
using Urma.Net.Interop.Tests.Abi;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>What the runtime makes of the generated structs is what the published tables say: every line of them.</summary>
public sealed class BindingLayoutTests
{
    private static readonly Assembly Assembly = typeof(Liburma.urma_cr_t).Assembly;

    [Fact]
    public void Every_line_of_liburma_holds_for_the_generated_types() => AssertAgrees(typeof(Liburma.Liburma), AbiTable.Liburma, 2207);

    [Fact]
    public void Every_line_of_libobmm_holds_for_the_generated_types() => AssertAgrees(typeof(Libobmm.Libobmm), AbiTable.Libobmm, 21);

    [Fact]
    public void No_generated_type_of_liburma_is_unchecked() => AssertAllListed(typeof(Liburma.Liburma), AbiTable.Liburma);

    [Fact]
    public void No_generated_type_of_libobmm_is_unchecked() => AssertAllListed(typeof(Libobmm.Libobmm), AbiTable.Libobmm);

    [Fact]
    public void A_wrong_line_is_noticed()
    {
        Assert.NotNull(Disagreement(typeof(Liburma.Liburma), "urma_cr_t,user_ctx,16,8,,,uint64_t"));
        Assert.NotNull(Disagreement(typeof(Liburma.Liburma), "urma_cr_t,(sizeof),,88,,,align=8"));
        Assert.NotNull(Disagreement(typeof(Liburma.Liburma), "urma_cr_t,(sizeof),,80,,,align=4"));
        Assert.NotNull(Disagreement(typeof(Liburma.Liburma), "urma_jfs_wr_flag_t,bs.fence,0,,4,1,uint32_t"));
        Assert.NotNull(Disagreement(typeof(Liburma.Liburma), "urma_opcode_t,=URMA_OPC_WRITE,1,,,,enumerator"));
        Assert.NotNull(Disagreement(typeof(Liburma.Liburma), "urma_cr_t,no_such_member,0,4,,,int"));
    }

    private static void AssertAgrees(Type methods, AbiTable table, int lines)
    {
        string[] wrong = [.. table.Lines.Select(line => Disagreement(methods, line)).OfType<string>()];

        Assert.Equal(lines, table.Lines.Count);
        Assert.Empty(wrong.Take(20));
    }

    private static void AssertAllListed(Type methods, AbiTable table)
    {
        // Stand-ins for types of other libraries have a size only, and types that are only pointed to have nothing at all.
        string[] unlisted = [.. Assembly.GetTypes()
            .Where(type => type.Namespace == methods.Namespace && type.IsValueType && !type.IsNested && !table.Types.Contains(type.Name))
            .Where(type => type.IsEnum || type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Any(field => field.Name != "_opaque"))
            .Select(type => type.Name)];

        Assert.Empty(unlisted);
    }

    // Says what is wrong with a line of a table; null when it holds.
    private static string? Disagreement(Type methods, string line)
    {
        if (line.Split(',', 7) is not [var typeName, var member, var offset, var size, var bitOffset, var bitSize, var note])
        {
            return $"{line}: not understood";
        }

        Type? type = Assembly.GetType($"{methods.Namespace}.{typeName[(typeName.IndexOf(' ', StringComparison.Ordinal) + 1)..]}");
        if (type is null)
        {
            return $"{line}: no such type";
        }

        if (member == "(sizeof)")
        {
            long alignment = type.IsEnum ? RuntimeLayout.SizeOf(type) : RuntimeLayout.AlignmentOf(type);
            string found = Invariant($"{RuntimeLayout.SizeOf(type)},,,{(type.IsEnum ? "enum" : $"align={alignment}")}");
            return found == $"{size},,,{note}" ? null : $"{line}: {found}";
        }

        if (member.StartsWith('='))
        {
            return !Enum.TryParse(type, member[1..], out object? value) ? $"{line}: no such name"
                : Enum.Format(type, value, "D") == offset ? null : $"{line}: {Enum.Format(type, value, "D")}";
        }

        try
        {
            MemberPlace place = RuntimeLayout.Find(type, member);
            string found = Invariant($"{place.Offset},{place.Size},{place.BitOffset},{place.BitSize}");
            return found == $"{offset},{size},{bitOffset},{bitSize}" ? null : $"{line}: {found}";
        }
        catch (MissingMemberException error)
        {
            return $"{line}: {error.Message}";
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
