using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Urma.Net.Interop.Headers.Abi;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>What the runtime makes of generated types, in the terms of the description the generator wrote beside them.</summary>
/// <param name="methods">The class with the functions and constants.</param>
internal sealed class RuntimeFacts(Type methods)
{
    private const long LargestAlignment = 8;

    private delegate ReadOnlySpan<byte> Text();

    /// <summary>Facts of a description that do not hold, with what holds instead; functions are left out.</summary>
    internal IEnumerable<string> Disagreements(IEnumerable<AbiFact> facts) => facts.Where(fact => fact.Kind != AbiKind.Function)
        .Select(fact => (Fact: fact, Found: Found(fact)))
        .Where(pair => pair.Found != pair.Fact.Value).Select(pair => $"{FixtureFacts.Line(pair.Fact)}: {pair.Found}");

    private string Found(AbiFact fact)
    {
        string[] names = fact.Name.Split('.', 2);
        string name = names[0] == "fixture_pack_two_t" ? "FixturePackTwo" : names[0];
        Type type = methods.Assembly.GetType($"{methods.Namespace}.{name}") ?? methods;
        switch (fact.Kind)
        {
            case AbiKind.Type:
                // The runtime knows no larger alignments; what contains such a type says where it goes.
                bool isCoarse = int.Parse(fact.Value.Split(' ')[^1], CultureInfo.InvariantCulture) > LargestAlignment;
                string alignment = isCoarse ? fact.Value.Split(", ")[1] : $"alignment {RuntimeLayout.AlignmentOf(type)}";
                return $"size {RuntimeLayout.SizeOf(type)}, {alignment}";
            case AbiKind.Member:
                MemberPlace place = RuntimeLayout.Find(type, names[1]);
                return place.Size is { } size ? $"offset {place.Offset}, size {size}" : $"bit {place.BitOffset}, width {place.BitSize}";
            case AbiKind.Enum:
                return $"size {RuntimeLayout.SizeOf(type)}";
            case AbiKind.Enumerator when type.IsEnum:
                return Enum.Format(type, Enum.Parse(type, names[1]), "D");
            default:
                return methods.GetField(fact.Name) is { } constant
                    ? Convert.ToString(constant.GetRawConstantValue(), CultureInfo.InvariantCulture)!
                    : JsonSerializer.Serialize(Encoding.UTF8.GetString(methods.GetProperty(fact.Name)!.GetMethod!.CreateDelegate<Text>()()));
        }
    }
}
