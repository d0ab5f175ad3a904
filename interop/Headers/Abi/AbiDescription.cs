using System.Collections.Immutable;
using System.Globalization;
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

    /// <summary>Describes what was read, but for the names left out.</summary>
    public static AbiDescription Of(HeaderModel model, IReadOnlySet<string>? excludes = null)
    {
        bool IsWanted(string file, string name) => model.IsWanted(file) && excludes?.Contains(name) != true;
        var signatures = new SignatureText(model);
        var facts = ImmutableArray.CreateBuilder<AbiFact>();
        foreach (CRecord record in model.Records.Values.Where(record => record.IsComplete && record.Name.Length > 0 && IsWanted(record.File, record.Name)))
        {
            facts.Add(new AbiFact(AbiKind.Type, record.Name, Invariant($"size {record.Size}, alignment {record.Alignment}")));
            AddMembers(model, facts, record, record.Name, 0);
        }

        foreach (CEnum type in model.Enums.Values.Where(type => IsWanted(type.File, type.Name)))
        {
            if (type.Name.Length > 0)
            {
                facts.Add(new AbiFact(AbiKind.Enum, type.Name, Invariant($"size {model.SizeOf(type.Underlying)}")));
            }

            facts.AddRange(type.Members.Select(member =>
                new AbiFact(AbiKind.Enumerator, type.Name.Length > 0 ? $"{type.Name}.{member.Name}" : member.Name, Invariant($"{member.Value}"))));
        }

        facts.AddRange(model.Constants.Where(constant => IsWanted(constant.File, constant.Name)).Select(constant =>
            new AbiFact(AbiKind.Constant, constant.Name, constant.Text is null ? Invariant($"{constant.Value}") : $"\"{constant.Text}\"")));
        facts.AddRange(model.Functions.Where(function => IsWanted(function.File, function.Name)).Select(function =>
            new AbiFact(AbiKind.Function, function.Name, signatures.Of(function))));
        return new AbiDescription(facts.ToImmutable());
    }

    /// <summary>Reads what <see cref="ToText"/> wrote.</summary>
    /// <exception cref="FormatException">A line is not a fact.</exception>
    public static AbiDescription FromText(string text) => new(
    [
        .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(Separator) is [var kind, var name, var value]
            && Enum.TryParse(kind, ignoreCase: true, out AbiKind parsed)
                ? new AbiFact(parsed, name, value)
                : throw new FormatException($"Not a fact about an ABI: '{line}'.")),
    ]);

    /// <summary>One line per fact: kind, name and value, with tabs between.</summary>
    public string ToText() =>
        string.Concat(Facts.Select(fact => $"{fact.Kind.ToString().ToLowerInvariant()}{Separator}{fact.Name}{Separator}{fact.Value}\n"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void AddMembers(HeaderModel model, ImmutableArray<AbiFact>.Builder facts, CRecord record, string path, long baseBits)
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
                    : Invariant($"offset {bits / 8}, size {model.SizeOf(field.Type)}")));
            }

            while (type.Kind == CTypeKind.Array)
            {
                type = model.Resolve(type.Target!);
            }

            if (type.Kind == CTypeKind.Record && model.Record(type) is { Name.Length: 0 } nested)
            {
                AddMembers(model, facts, nested, name, bits);
            }
        }
    }
}
