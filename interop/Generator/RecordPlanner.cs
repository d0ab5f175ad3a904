using System.Collections.Immutable;
using Urma.Net.Interop.Headers.Model;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Generator;

/// <summary>Decides how structs and unions are written, and works out what the runtime will make of that.</summary>
internal sealed class RecordPlanner(HeaderModel model, TypeMap types, IReadOnlyDictionary<string, long> arm64Sizes)
{
    private readonly Dictionary<string, RecordPlan> _plans = new(StringComparer.Ordinal);

    /// <summary>Plans a complete type.</summary>
    public RecordPlan Plan(CRecord record)
    {
        if (!_plans.TryGetValue(record.Key, out RecordPlan? plan))
        {
            ImmutableArray<PlannedMember> members = Named([.. Flatten(record, record, 0).OrderBy(member => member.Offset)]);
            long pack = members.Any(member => member.IsStored && member.Alignment > record.Alignment) ? record.Alignment : 0;
            (bool sequential, long alignment) = Arrange(record, members);
            string? different = Members(record).FirstOrDefault(DiffersOnArm64)?.Name;
            if (different is not null && !sequential)
            {
                throw new NotSupportedException(
                    $"The {record.Tag} {record.Name} is laid out by offsets, which '{different}' makes different ones on arm64; exclude it.");
            }

            plan = new RecordPlan(record, members, sequential, alignment, pack) { DiffersOnArm64 = different };
            _plans.Add(record.Key, plan);
        }

        return plan;
    }

    /// <summary>A name for the type of a member whose type has none in C; the form is that of ClangSharp.</summary>
    public static string NestedName(string member, CRecord nested) => $"_{member.TrimStart('@')}_e__{(nested.IsUnion ? "Union" : "Struct")}";

    private static ImmutableArray<PlannedMember> Named(ImmutableArray<PlannedMember> members)
    {
        int count = members.Count(member => member.Kind == MemberKind.Bits);
        var next = 0;
        return [.. members.Select(member => member.Kind != MemberKind.Bits ? member
            : member with { Name = count == 1 ? "_bitfield" : $"_bitfield{++next}" })];
    }

    // The rules by which the runtime lays out a struct without references, as far as they are used here: each field at the
    // next multiple of its alignment, which the packing may lower; the struct aligned as its most demanding field.
    private static (bool IsSequential, long Alignment) Arrange(CRecord record, ImmutableArray<PlannedMember> members)
    {
        long end = 0;
        long alignment = 1;
        bool sequential = !record.IsUnion;
        foreach (PlannedMember member in members.Where(member => member.IsStored))
        {
            long packed = Math.Min(member.Alignment, record.Alignment);
            sequential &= RoundUp(end, packed) == member.Offset;
            end = member.Offset + member.Size;
            alignment = Math.Max(alignment, packed);
        }

        return (sequential && RoundUp(end, alignment) == record.Size, alignment);
    }

    private static long RoundUp(long value, long alignment) => (value + alignment - 1) / alignment * alignment;

    private IEnumerable<CField> Members(CRecord record) => record.Fields.SelectMany(field =>
        field.Name.Length == 0 && field.BitWidth is null ? Members(model.Record(model.Resolve(field.Type))) : [field]);

    private bool DiffersOnArm64(CField field)
    {
        CType type = model.Resolve(field.Type);
        while (type.Kind == CTypeKind.Array)
        {
            type = model.Resolve(type.Target!);
        }

        return type.Kind == CTypeKind.Record && (arm64Sizes.ContainsKey(model.Record(type).Name) || Members(model.Record(type)).Any(DiffersOnArm64));
    }

    // Members of a member without a name are members of what contains it, in C as here.
    private IEnumerable<PlannedMember> Flatten(CRecord record, CRecord writtenIn, long offset)
    {
        foreach (PlannedMember bits in new BitFieldPlanner(model, types, record).Plan())
        {
            yield return bits with
            {
                Offset = bits.Offset + offset,
                Pieces = [.. bits.Pieces.Select(piece => piece with { Offset = piece.Offset + offset })],
            };
        }

        foreach (CField field in record.Fields.Where(field => field.BitWidth is null))
        {
            if (field.Name.Length > 0)
            {
                yield return Member(field, writtenIn, offset);
                continue;
            }

            foreach (PlannedMember member in Flatten(model.Record(model.Resolve(field.Type)), writtenIn, offset + field.Offset))
            {
                yield return member;
            }
        }
    }

    private PlannedMember Member(CField field, CRecord writtenIn, long offset)
    {
        string name = CSharpName.Member(field.Name, types.Name(writtenIn.Name));
        CType type = model.Resolve(field.Type);
        CType element = type;
        long length = 1;
        CType spelled = field.Type;
        while (element.Kind == CTypeKind.Array)
        {
            length *= element.Length ?? 0;
            spelled = element.Target!;
            element = model.Resolve(spelled);
        }

        CRecord? nested = element.Kind == CTypeKind.Record && model.Record(element) is { Name.Length: 0 } record ? record : null;
        string text = nested is null ? types.Text(spelled) : NestedName(name, nested);
        MemberKind kind = field.IsFlexible ? MemberKind.Flexible
            : type.Kind == CTypeKind.Array ? MemberKind.Array
            : nested is null ? MemberKind.Field : MemberKind.Nested;
        return new PlannedMember(kind, name, text, offset + field.Offset, model.SizeOf(field.Type), AlignmentOf(element))
        {
            Length = length,
            Nested = nested,
        };
    }

    private long AlignmentOf(CType type)
    {
        if (type.Kind != CTypeKind.Record)
        {
            return model.SizeOf(type);
        }

        CRecord record = model.Record(type);
        return record.Name.Length == 0 || model.IsWanted(record.File) ? Plan(record).Alignment : RecordWriter.BlobAlignment(record);
    }
}
