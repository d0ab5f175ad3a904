using System.Globalization;
using Urma.Net.Interop.Headers.Model;

namespace Urma.Net.Interop.Generator;

/// <summary>Writes enumerations.</summary>
internal sealed class EnumWriter(CodeText code, TypeMap types)
{
    public void Write(CEnum type, string name)
    {
        code.Line($"/// <summary>C: <c>{CSharpName.Comment(type.Key.StartsWith('@') ? type.Name : type.Key)}</c>.</summary>");
        code.Open($"internal enum {name} : {types.Text(type.Underlying) switch { "nint" => "long", "nuint" => "ulong", string other => other }}");
        foreach (CEnumerator member in type.Members)
        {
            code.Line($"{CSharpName.Escape(member.Name)} = {member.Value.ToString(CultureInfo.InvariantCulture)},");
        }

        code.Close();
    }
}
