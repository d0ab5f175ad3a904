using System.Globalization;

namespace Urma.Net.Interop.Generator;

/// <summary>Writes the properties that read and write bit-fields.</summary>
/// <param name="code">What is written to.</param>
/// <param name="members">The members of the struct, the integers among them.</param>
internal sealed class BitFieldWriter(CodeText code, IReadOnlyCollection<PlannedMember> members)
{
    public void Write(PlannedMember field)
    {
        int width = field.Pieces.Sum(piece => piece.Width);
        bool isWide = width > 32 || field.Pieces.Any(piece => piece.Size == 8);
        string work = isWide ? "ulong" : "uint";
        BitPiece first = field.Pieces[0];
        code.Separate();
        code.Line($"/// <summary>{width} bit{(width == 1 ? string.Empty : "s")} from bit {(first.Offset * 8) + first.Shift}.</summary>");
        code.Open($"public {field.Type} {field.Name}");
        code.Line($"readonly get => {Get(field, work, isWide ? 64 : 32, width)};");
        string[] statements = [.. field.Pieces.Select(piece => Set(field, piece, work))];
        if (statements is [var only])
        {
            code.Line($"set => {only};");
        }
        else
        {
            code.Separate();
            code.Open("set");
            foreach (string statement in statements)
            {
                code.Line($"{statement};");
            }

            code.Close();
        }

        code.Close();
    }

    private static string Mask(BitPiece piece, string work) =>
        Invariant($"0x{(piece.Width == 64 ? ulong.MaxValue : (1UL << piece.Width) - 1):X}{(work == "ulong" ? "UL" : "U")}");

    private static string Cast(string type, string from, string text) => type == from ? text : $"({type}){text}";

    private static string Shifted(string text, string shift, int bits) => bits == 0 ? text : Invariant($"({text} {shift} {bits})");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private string Get(PlannedMember field, string work, int workBits, int width)
    {
        string value = string.Join(" | ", field.Pieces.Select(piece => Shifted(Read(piece, work), "<<", piece.ValueShift)));
        value = field.Pieces.Length > 1 ? $"({value})" : value;
        if (field.IsSigned)
        {
            string signed = work == "ulong" ? "long" : "int";
            string raised = width == workBits ? value : Invariant($"({value} << {workBits - width})");
            value = width == workBits ? $"({signed}){value}" : Invariant($"({signed}){raised} >> {workBits - width}");
            return field.Type == signed ? value : $"({field.Type})({value})";
        }

        return field.Type == work ? value[0] == '(' ? value[1..^1] : value : Cast(field.Type, work, value);
    }

    // Always in parentheses.
    private string Read(BitPiece piece, string work)
    {
        PlannedMember unit = Unit(piece);
        return $"({Shifted(Cast(work, unit.Type, unit.Name), ">>", piece.Shift)} & {Mask(piece, work)})";
    }

    private string Set(PlannedMember field, BitPiece piece, string work)
    {
        PlannedMember unit = Unit(piece);
        string mask = Mask(piece, work);
        string value = Shifted(Cast(work, field.Type, "value"), ">>", piece.ValueShift);
        string hole = piece.Shift == 0 ? $"~{mask}" : Invariant($"~({mask} << {piece.Shift})");
        string text = $"({Cast(work, unit.Type, unit.Name)} & {hole}) | {Shifted($"({value} & {mask})", "<<", piece.Shift)}";
        return $"{unit.Name} = {(unit.Type == work ? text : $"({unit.Type})({text})")}";
    }

    private PlannedMember Unit(BitPiece piece) =>
        members.First(member => member.Kind == MemberKind.Bits && member.Offset == piece.Offset && member.Size == piece.Size);
}
