using System.Globalization;
using System.Text.Json;
using Urma.Net.Interop.Headers.Model;

namespace Urma.Net.Interop.Generator;

/// <summary>Writes macros, and enumerators of enumerations without a name, as constants.</summary>
internal sealed class ConstantsWriter(CodeText code, TypeMap types, GeneratorOptions options)
{
    public void Write(IEnumerable<CEnum> unnamed, IEnumerable<CConstant> constants)
    {
        code.Open($"internal static partial class {options.MethodClass}");
        foreach (CEnum type in unnamed)
        {
            foreach (CEnumerator member in type.Members)
            {
                WriteNumber(types.Text(type.Underlying), member.Name, member.Value);
            }
        }

        foreach (CConstant constant in constants)
        {
            if (constant.Text is { } text)
            {
                code.Line($"/// <summary>UTF-8; a zero byte follows it.</summary>");
                code.Line($"public static ReadOnlySpan<byte> {types.Name(constant.Name)} => {JsonSerializer.Serialize(text, PlainText.Default.String)}u8;");
            }
            else
            {
                WriteNumber(types.Text(constant.Type!), constant.Name, constant.Value);
            }

            code.Separate();
        }

        code.Close();
    }

    private void WriteNumber(string type, string name, Int128 value)
    {
        // C# has no constants of native size beyond 32 bits.
        string written = type switch { "nint" => "long", "nuint" => "ulong", _ => type };
        string text = value.ToString(CultureInfo.InvariantCulture);
        bool plain = written is "byte" or "sbyte" or "short" or "ushort" or "int" or "uint" or "long" or "ulong";
        code.Line($"public const {written} {types.Name(name)} = {(plain ? text : $"({written}){text}")};");
        code.Separate();
    }
}
