using Urma.Net.Interop.Headers.Model;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Headers.Abi;

/// <summary>Writes signatures so that two headers which mean the same write the same.</summary>
/// <remarks>Names of integers give way to their widths, and names of records are the typedefs', where there are any.</remarks>
internal sealed class SignatureText(HeaderModel model)
{
    public string Of(CFunction function) =>
        $"{Text(function.Result)} ({Parameters(function.Parameters.Select(parameter => parameter.Type), function.IsVariadic)})";

    private string Parameters(IEnumerable<CType> types, bool isVariadic)
    {
        IEnumerable<string> texts = types.Select(Text);
        string list = string.Join(", ", isVariadic ? texts.Append("...") : texts);
        return list.Length > 0 ? list : "void";
    }

    private string Text(CType type)
    {
        CType resolved = model.Resolve(type);
        return resolved.Kind switch
        {
            CTypeKind.Pointer => model.Resolve(resolved.Target!).Kind == CTypeKind.Function ? Text(resolved.Target!) : Text(resolved.Target!) + "*",
            CTypeKind.Array => Text(resolved.Target!) + "*",
            CTypeKind.Function => $"function({Parameters(resolved.Parameters, resolved.IsVariadic)}) returning {Text(resolved.Target!)}",
            CTypeKind.Record => model.Record(resolved).Name,
            CTypeKind.Enum => model.Enum(resolved) is { Name.Length: > 0 } named ? named.Name : Text(model.Enum(resolved).Underlying),
            _ => Builtin(resolved.Name),
        };
    }

    private string Builtin(string name) => name switch
    {
        "void" or "char" or "float" or "double" or "long double" => name,
        "_Bool" => "bool",
        _ => $"{(name.StartsWith("unsigned", StringComparison.Ordinal) ? 'u' : 'i')}{model.SizeOf(CType.Builtin(name)) * 8}",
    };
}
