using System.Collections.Immutable;
using Urma.Net.Interop.Headers.Model;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Generator;

/// <summary>Chooses the integers that the bit-fields of a struct are read and written through.</summary>
/// <remarks>
/// Writing a bit-field must not touch the bytes of other members, which another thread may be writing. So the integer is
/// the unit of the declared type where nothing else lies in it, otherwise the smallest one that holds the bits, and where
/// none does, several share them.
/// </remarks>
internal sealed class BitFieldPlanner(HeaderModel model, TypeMap types, CRecord record)
{
    private static readonly int[] Sizes = [1, 2, 4, 8];

    /// <summary>Plans the bit-fields of the record itself; offsets are within the record, and the integers have no names yet.</summary>
    public IEnumerable<PlannedMember> Plan()
    {
        var units = new HashSet<(long Offset, int Size)>();
        foreach (CField field in record.Fields.Where(field => field.BitWidth > 0 && field.Name.Length > 0))
        {
            ImmutableArray<BitPiece> pieces = [.. Pieces(field)];
            foreach (BitPiece piece in pieces.Where(piece => units.Add((piece.Offset, piece.Size))))
            {
                yield return new PlannedMember(MemberKind.Bits, string.Empty, IntegerOf(piece.Size), piece.Offset, piece.Size, piece.Size);
            }

            string name = CSharpName.Member(field.Name, types.Name(record.Name));
            yield return new PlannedMember(MemberKind.BitField, name, types.Text(field.Type), pieces[0].Offset, 0, 0)
            {
                Pieces = pieces,
                IsSigned = IsSigned(field.Type),
            };
        }
    }

    private static string IntegerOf(int size) => size switch { 1 => "byte", 2 => "ushort", 4 => "uint", _ => "ulong" };

    private static bool Holds((long Offset, int Size) unit, long first, long end) => unit.Offset * 8 <= first && end <= (unit.Offset + unit.Size) * 8;

    private IEnumerable<BitPiece> Pieces(CField field)
    {
        long first = field.OffsetBits;
        long end = first + field.BitWidth!.Value;
        var declared = (int)model.SizeOf(field.Type);
        (long Offset, int Size)[] aligned = [.. Sizes.Prepend(declared).Select(size => (first / (8 * size) * size, size)).Where(IsFree)];
        (long Offset, int Size) whole = aligned.FirstOrDefault(unit => Holds(unit, first, end));
        if (whole.Size > 0)
        {
            yield return new BitPiece(whole.Offset, whole.Size, (int)(first - (whole.Offset * 8)), (int)(end - first), 0);
            yield break;
        }

        for (long bit = first; bit < end;)
        {
            // A byte with bits of a bit-field in it has nothing else in it, so there is always a unit.
            (long offset, int size) = Sizes.Reverse().Select(size => (bit / (8 * size) * size, size)).First(IsFree);
            long next = Math.Min(end, (offset + size) * 8);
            yield return new BitPiece(offset, size, (int)(bit - (offset * 8)), (int)(next - bit), (int)(bit - first));
            bit = next;
        }
    }

    private bool IsFree((long Offset, int Size) unit) =>
        unit.Offset + unit.Size <= record.Size && (record.IsUnion || record.Fields.All(other => other.BitWidth is not null || other.IsFlexible
            || other.Offset >= unit.Offset + unit.Size || other.Offset + model.SizeOf(other.Type) <= unit.Offset));

    private bool IsSigned(CType type)
    {
        CType resolved = model.Resolve(type);
        return resolved.Kind == CTypeKind.Enum
            ? IsSigned(model.Enum(resolved).Underlying)
            : resolved.Name is "int" or "short" or "long" or "long long" or "signed char" or "char";
    }
}
