using System.Globalization;
using Urma.Net.Interop.Headers.Model;

namespace Urma.Net.Interop.Generator;

/// <summary>Writes structs and unions.</summary>
internal sealed class RecordWriter(CodeText code, RecordPlanner planner, IReadOnlyDictionary<string, long> arm64Sizes)
{
    private const long LargestAlignment = 8;

    /// <summary>The alignment of the stand-in for a type of another header.</summary>
    public static long BlobAlignment(CRecord record) => Math.Min(record.Alignment, LargestAlignment);

    /// <summary>Writes a type with its members.</summary>
    public void Write(CRecord record, string name, string visibility = "internal")
    {
        RecordPlan plan = planner.Plan(record);
        code.Line($"/// <summary>{Description(record)}</summary>");
        if (plan.DiffersOnArm64 is { } different)
        {
            code.Line($"/// <remarks>On arm64 what follows <c>{different}</c> lies elsewhere: read it only in code compiled for one of the two.</remarks>");
        }

        code.Line(Layout(plan));
        code.Open($"{visibility} unsafe struct {name}");
        foreach (PlannedMember member in plan.Members)
        {
            WriteMember(plan, member, name);
        }

        foreach (PlannedMember member in plan.Members)
        {
            WriteTypeOf(member);
        }

        code.Close();
    }

    /// <summary>Writes a type whose members nobody here knows: size and alignment are right, or there is no size at all.</summary>
    public void WriteOpaque(CRecord record, string name)
    {
        if (!record.IsComplete)
        {
            code.Line($"/// <summary>C: <c>{CSharpName.Comment($"{record.Tag} {record.Name}")}</c>, only ever pointed to.</summary>");
            code.Line($"internal readonly struct {name};");
            return;
        }

        code.Line($"/// <summary>{Description(record)} Its members belong to another library.</summary>");
        if (arm64Sizes.TryGetValue(record.Name, out long arm64Size))
        {
            code.Directive("#if URMA_LINUX_ARM64");
            code.Line(Invariant($"[StructLayout(LayoutKind.Sequential, Size = {arm64Size})]"));
            code.Directive("#else");
        }

        code.Line(Invariant($"[StructLayout(LayoutKind.Sequential, Size = {record.Size})]"));
        if (arm64Size > 0)
        {
            code.Directive("#endif");
        }

        code.Open($"internal struct {name}");
        code.Line($"private {Integer(BlobAlignment(record))} _opaque;");
        code.Close();
    }

    private static string Description(CRecord record)
    {
        string name = record.Name.Length == 0 ? record.Tag : record.Key.StartsWith('@') ? record.Name : record.Key;
        return Invariant($"C: <c>{CSharpName.Comment(name)}</c>, {record.Size} bytes, aligned to {record.Alignment}.");
    }

    private static string Layout(RecordPlan plan)
    {
        string kind = plan.IsSequential ? "Sequential" : Invariant($"Explicit, Size = {plan.Record.Size}");
        return $"[StructLayout(LayoutKind.{kind}{(plan.Pack == 0 ? string.Empty : Invariant($", Pack = {plan.Pack}"))})]";
    }

    private static string Integer(long alignment) => alignment switch { 1 => "byte", 2 => "ushort", 4 => "uint", _ => "ulong" };

    private static string ArrayName(PlannedMember member) => $"_{member.Name.TrimStart('@')}_e__FixedBuffer";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private void WriteMember(RecordPlan plan, PlannedMember member, string name)
    {
        if (member.Kind == MemberKind.Flexible)
        {
            code.Separate();
            code.Line("/// <summary>Where the elements that follow the struct begin.</summary>");
            code.Line(Invariant($"public static {member.Type}* {member.Name}({name}* record) => ({member.Type}*)((byte*)record + {member.Offset});"));
            code.Separate();
            return;
        }

        if (member.Kind == MemberKind.BitField)
        {
            new BitFieldWriter(code, plan.Members).Write(member);
            return;
        }

        if (!plan.IsSequential)
        {
            code.Line(Invariant($"[FieldOffset({member.Offset})]"));
        }

        string type = member.Kind == MemberKind.Array ? ArrayName(member) : member.Type;
        code.Line($"{(member.Kind == MemberKind.Bits ? "private" : "public")} {type} {member.Name};");
        code.Separate();
    }

    private void WriteTypeOf(PlannedMember member)
    {
        if (member.Nested is { } nested)
        {
            Write(nested, member.Type, "public");
        }

        if (member.Kind == MemberKind.Array)
        {
            // The language has no spans of pointers, so an array of pointers is one of integers.
            string element = member.Type.EndsWith('*') || member.Type.StartsWith("delegate*", StringComparison.Ordinal) ? "nint" : member.Type;
            code.Line(Invariant($"[InlineArray({member.Length})]"));
            code.Open($"public struct {ArrayName(member)}");
            code.Line($"public {element} e0;");
            code.Close();
        }
    }
}
