using System.Collections.Immutable;
using Urma.Net.Interop.Headers.Model;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Generator;

/// <summary>Chooses the integers that the bit-fields of a struct are read and written through.</summary>
/// <remarks>
/// Writing a bit-field must not touch the bytes of other members, which another thread may be writing. So the integer is
/// the unit of the declared type where nothing else lies in it, and otherwise the smallest one that holds the bits.
/// </remarks>
internal sealed class BitFieldPlanner(HeaderModel model, TypeMap types, CRecord record)
{
    private static readonly int[] Sizes = [1, 2, 4, 8];

    /// <summary>Plans the bit-fields of the record itself; offsets are within the record, and the integers have no names yet.</summary>
    public IEnumerable<PlannedMember> Plan()
    {
        var units = new List<(long Offset, int Size, List<PlannedBits> Bits)>();
        foreach (CField field in record.Fields.Where(field => field.BitWidth > 0 && field.Name.Length > 0))
        {
            (long offset, int size) = Unit(field);
            int known = units.FindIndex(unit => unit.Offset == offset && unit.Size == size);
            if (known < 0)
            {
                known = units.Count;
                units.Add((offset, size, []));
            }

            units[known].Bits.Add(new PlannedBits(
                CSharpName.Member(field.Name, types.Name(record.Name)),
                types.Text(field.Type),
                (int)(field.OffsetBits - (offset * 8)),
                field.BitWidth!.Value,
                IsSigned(field.Type)));
        }

        return units.Select(unit => new PlannedMember(MemberKind.Bits, string.Empty, IntegerOf(unit.Size), unit.Offset, unit.Size, unit.Size)
        {
            Bits = [.. unit.Bits],
        });
    }

    private static string IntegerOf(int size) => size switch { 1 => "byte", 2 => "ushort", 4 => "uint", _ => "ulong" };

    private (long Offset, int Size) Unit(CField field)
    {
        long first = field.OffsetBits;
        long end = first + field.BitWidth!.Value;
        var declared = (int)model.SizeOf(field.Type);
        IEnumerable<(long Offset, int Size)> aligned = Sizes.Prepend(declared).Select(size => (first / (8 * size) * size, size));
        IEnumerable<(long Offset, int Size)> unaligned = Sizes.Select(size => (first / 8, size));
        foreach ((long offset, int size) in aligned.Concat(unaligned))
        {
            if (end <= (offset + size) * 8 && offset + size <= record.Size && IsFree(offset, size))
            {
                return (offset, size);
            }
        }

        throw new NotSupportedException(
            $"The bit-field '{field.Name}' of {record.Tag} {record.Name} lies across more than any integer holds; exclude the type.");
    }

    private bool IsFree(long offset, int size) => record.IsUnion || record.Fields.All(other =>
        other.BitWidth is not null || other.IsFlexible || other.Offset >= offset + size || other.Offset + model.SizeOf(other.Type) <= offset);

    private bool IsSigned(CType type)
    {
        CType resolved = model.Resolve(type);
        return resolved.Kind == CTypeKind.Enum
            ? IsSigned(model.Enum(resolved).Underlying)
            : resolved.Name is "int" or "short" or "long" or "long long" or "signed char" or "char";
    }
}
