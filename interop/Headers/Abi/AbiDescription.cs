using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Urma.Net.Interop.Headers.Clang;
using Urma.Net.Interop.Headers.Model;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Headers.Abi;

/// <summary>Everything about a set of headers that a program compiled against them relies on, as text that can be compared.</summary>
public sealed class AbiDescription
{
    private const char Separator = '\t';

    private AbiDescription(ImmutableArray<AbiFact> facts) => Facts = facts;

    /// <summary>The facts, in the order of the headers.</summary>
    public ImmutableArray<AbiFact> Facts { get; }

    /// <summary>Describes what was read.</summary>
    public static AbiDescription Of(HeaderModel model)
    {
        var signatures = new SignatureText(model);
        var facts = ImmutableArray.CreateBuilder<AbiFact>();
        foreach (CRecord record in model.Records.Values.Where(record => record.IsComplete && record.Name.Length > 0 && model.IsWanted(record.File)))
        {
            facts.Add(new AbiFact(AbiKind.Type, record.Name, Invariant($"size {record.Size}, alignment {record.Alignment}"), model.HeaderName(record.File)));
            AddMembers(model, facts, record, record.Name, model.HeaderName(record.File), 0);
        }

        foreach (CEnum type in model.Enums.Values.Where(type => model.IsWanted(type.File)))
        {
            if (type.Name.Length > 0)
            {
                facts.Add(new AbiFact(AbiKind.Enum, type.Name, Invariant($"size {model.SizeOf(type.Underlying)}"), model.HeaderName(type.File)));
            }

            facts.AddRange(type.Members.Select(member => new AbiFact(
                AbiKind.Enumerator, type.Name.Length > 0 ? $"{type.Name}.{member.Name}" : member.Name, Invariant($"{member.Value}"), model.HeaderName(type.File))));
        }

        facts.AddRange(model.Constants.Where(constant => model.IsWanted(constant.File)).Select(constant => new AbiFact(
            AbiKind.Constant, constant.Name, constant.Text is null ? Invariant($"{constant.Value}") : JsonSerializer.Serialize(constant.Text, PlainText.Default.String), model.HeaderName(constant.File))));
        facts.AddRange(model.Functions.Where(function => model.IsWanted(function.File)).Select(function =>
            new AbiFact(AbiKind.Function, function.Name, signatures.Of(function), model.HeaderName(function.File))));
        return new AbiDescription(facts.ToImmutable());
    }

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    /// <exception cref="FormatException">A line is not a fact.</exception>
    public static AbiDescription FromText(string text) => new(
    [
        .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(Separator) is [var kind, var name, var value, var header]
            && Enum.TryParse(kind, ignoreCase: true, out AbiKind parsed)
                ? new AbiFact(parsed, name, value, header)
                : throw new FormatException($"Not a fact about an ABI: '{line}'.")),
    ]);

    /// <summary>One line per fact: kind, name, value and header, with tabs between.</summary>
    public string ToText() => string.Concat(Facts.Select(fact =>
        string.Join(Separator, fact.Kind.ToString().ToLowerInvariant(), fact.Name, fact.Value, fact.Header) + "\n"));

    /// <summary>The facts for which something holds, in the same order.</summary>
    public AbiDescription Where(Func<AbiFact, bool> condition) => new([.. Facts.Where(condition)]);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void AddMembers(HeaderModel model, ImmutableArray<AbiFact>.Builder facts, CRecord record, string path, string header, long baseBits)
    {
        foreach (CField field in record.Fields)
        {
            CType type = model.Resolve(field.Type);
            long bits = baseBits + field.OffsetBits;
            string name = field.Name.Length > 0 ? $"{path}.{field.Name}" : path;
            if (field.Name.Length > 0)
            {
                facts.Add(new AbiFact(AbiKind.Member, name, field.BitWidth is { } width
                    ? Invariant($"bit {bits}, width {width}")
                    : Invariant($"offset {bits / 8}, size {model.SizeOf(field.Type)}"), header));
            }

            while (type.Kind == CTypeKind.Array)
            {
                type = model.Resolve(type.Target!);
            }

            if (type.Kind == CTypeKind.Record && model.Record(type) is { Name.Length: 0 } nested)
            {
                AddMembers(model, facts, nested, name, header, bits);
            }
        }
    }
}
