using System.Reflection;
using Urma.Net.Interop.Headers.Abi;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>
/// The generator understands everything a header may contain as the C compiler does, and writes structs of which the
/// runtime makes the same.
/// </summary>
public sealed class FixtureLayoutTests
{
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
    public void Every_fact_holds_for_the_generated_types() =>
        Assert.Empty(new RuntimeFacts(Methods).Disagreements(FixtureFacts.Described.Where(fact => fact.Name.Split('.')[0] != "fixture_wide_t")));

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
}
