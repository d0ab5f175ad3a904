using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Urma.Net.Interop.Headers.Abi;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>
/// The generator understands everything a header may contain as the C compiler does, and writes structs of which the
/// runtime makes the same.
/// </summary>
public sealed class FixtureLayoutTests
{
    private const long LargestAlignment = 8;
    private static readonly Type Methods = typeof(Fixture.FixtureMethods);

    [NativeCompilerFact]
    public void Every_fact_is_what_the_C_compiler_says()
    {
        string[] described = [.. FixtureFacts.Described.Where(fact => fact.Kind != AbiKind.Function).Select(FixtureFacts.Line)];
        IReadOnlyList<string> measured = FixtureFacts.Measured();

        Assert.Empty(described.Except(measured));
        Assert.Equal(described.Length, measured.Count);
        Assert.True(described.Length > 80);
    }

    [Fact]
    public void Every_fact_holds_for_the_generated_types()
    {
        string[] expected = [.. FixtureFacts.Described.Where(fact => fact.Kind != AbiKind.Function && !IsExcluded(fact)).Select(FixtureFacts.Line)];
        string[] found = [.. FixtureFacts.Described.Where(fact => fact.Kind != AbiKind.Function && !IsExcluded(fact)).Select(fact => FixtureFacts.Line(fact with { Value = Found(fact) }))];

        Assert.Equal(expected, found);
    }

    [Fact]
    public void What_is_no_constant_or_no_import_is_left_out()
    {
        string[] constants = [.. Methods.GetFields(BindingFlags.Static | BindingFlags.Public).Where(field => field.IsLiteral).Select(field => field.Name)];

        Assert.Contains("FIXTURE_SUM", constants);
        Assert.DoesNotContain(constants, name => name is "FIXTURE_EMPTY" or "FIXTURE_FUNCTION" or "FIXTURE_TYPE" or "FIXTURE_STATEMENT" or "FIXTURE_GONE" or "FIXTURE_H");
        Assert.Equal(
            ["fixture_add", "fixture_flip", "fixture_call", "fixture_sum", "fixture_fill", "fixture_make_nested", "fixture_version", "fixture_newer"],
            Fixture.FixtureMethods.Imports);
        Assert.Null(Type.GetType("Urma.Net.Interop.Fixture.fixture_wide_t, Urma.Net.Interop.Bindings"));
    }

    private static bool IsExcluded(AbiFact fact) => fact.Name.Split('.')[0] == "fixture_wide_t";

    private static string Found(AbiFact fact)
    {
        string[] names = fact.Name.Split('.', 2);
        string name = names[0] == "fixture_pack_two_t" ? "FixturePackTwo" : names[0];
        Type type = Methods.Assembly.GetType($"{Methods.Namespace}.{name}") ?? Methods;
        switch (fact.Kind)
        {
            case AbiKind.Type:
                // The runtime knows no larger alignments; what contains such a type says where it goes.
                string end = $"alignment {RuntimeLayout.AlignmentOf(type)}";
                bool isCoarse = int.Parse(fact.Value.Split(' ')[^1], CultureInfo.InvariantCulture) > LargestAlignment;
                return $"size {RuntimeLayout.SizeOf(type)}, {(isCoarse ? fact.Value.Split(", ")[1] : end)}";
            case AbiKind.Member:
                MemberPlace place = RuntimeLayout.Find(type, names[1]);
                return place.Size is { } size ? $"offset {place.Offset}, size {size}" : $"bit {place.BitOffset}, width {place.BitSize}";
            case AbiKind.Enum:
                return $"size {RuntimeLayout.SizeOf(type)}";
            case AbiKind.Enumerator when type.IsEnum:
                return Enum.Format(type, Enum.Parse(type, names[1]), "D");
            default:
                return Methods.GetField(fact.Name) is { } constant
                    ? Convert.ToString(constant.GetRawConstantValue(), CultureInfo.InvariantCulture)!
                    : JsonSerializer.Serialize(System.Text.Encoding.UTF8.GetString(Fixture.FixtureMethods.FIXTURE_TEXT));
        }
    }
}
