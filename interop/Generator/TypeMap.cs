using Urma.Net.Interop.Headers.Model;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Generator;

/// <summary>Knows what each C type is called in C#, and which types from headers that were not asked for are needed for it.</summary>
internal sealed class TypeMap(HeaderModel model, IReadOnlyDictionary<string, string> remaps)
{
    // By name, because below the name int64_t and intptr_t are the same type.
    private static readonly Dictionary<string, string> Typedefs = new(StringComparer.Ordinal)
    {
        ["int8_t"] = "sbyte",
        ["uint8_t"] = "byte",
        ["int16_t"] = "short",
        ["uint16_t"] = "ushort",
        ["int32_t"] = "int",
        ["uint32_t"] = "uint",
        ["int64_t"] = "long",
        ["uint64_t"] = "ulong",
    };

    // Text is bytes here as in the rest of .NET's UTF-8, so char is a byte.
    private static readonly Dictionary<string, string> Builtins = new(StringComparer.Ordinal)
    {
        ["void"] = "void",
        ["_Bool"] = "byte",
        ["char"] = "byte",
        ["signed char"] = "sbyte",
        ["unsigned char"] = "byte",
        ["short"] = "short",
        ["unsigned short"] = "ushort",
        ["int"] = "int",
        ["unsigned int"] = "uint",
        ["long"] = "nint",
        ["unsigned long"] = "nuint",
        ["long long"] = "long",
        ["unsigned long long"] = "ulong",
        ["float"] = "float",
        ["double"] = "double",
    };

    private readonly HashSet<string> _borrowed = new(StringComparer.Ordinal);

    /// <summary>Keys of structs and unions from other headers that something asked for contains or points to.</summary>
    public IReadOnlyCollection<string> Borrowed => _borrowed;

    /// <summary>The C# name of what has this name in C.</summary>
    public string Name(string name) => CSharpName.Escape(remaps.GetValueOrDefault(name, name));

    /// <summary>The C# text of a type.</summary>
    /// <exception cref="NotSupportedException">The type cannot be expressed, such as an array by itself.</exception>
    public string Text(CType type) => type.Kind switch
    {
        CTypeKind.Typedef => Typedefs.GetValueOrDefault(type.Name)
            ?? (model.Typedefs.TryGetValue(type.Name, out CType? target) ? Text(target) : throw Unknown(type)),
        CTypeKind.Enum => Text(model.Enum(type)),
        CTypeKind.Record => Text(model.Record(type)),
        CTypeKind.Pointer => Pointer(type.Target!),
        _ => Builtins.GetValueOrDefault(type.Name) ?? throw Unknown(type),
    };

    /// <summary>A function's type: <c>delegate* unmanaged&lt;…&gt;</c>.</summary>
    public string FunctionPointer(CType result, IEnumerable<CType> parameters) =>
        $"delegate* unmanaged<{string.Concat(parameters.Select(parameter => Text(Decay(parameter)) + ", "))}{Text(result)}>";

    /// <summary>An array as a parameter is a pointer to its first element.</summary>
    public CType Decay(CType type) => model.Resolve(type) is { Kind: CTypeKind.Array } array ? CType.PointerTo(array.Target!) : type;

    private static NotSupportedException Unknown(CType type) =>
        new($"The C type '{(type.Name.Length > 0 ? type.Name : type.Kind)}' has no form in C#.");

    private string Pointer(CType target)
    {
        CType resolved = model.Resolve(target);
        return resolved.Kind switch
        {
            // Nothing in C# calls through a variadic signature.
            CTypeKind.Function => resolved.IsVariadic ? "void*" : FunctionPointer(resolved.Target!, resolved.Parameters),
            CTypeKind.Array => Pointer(resolved.Target!),
            _ => Text(target) + "*",
        };
    }

    private string Text(CEnum type) => type.Name.Length == 0 || !model.IsWanted(type.File) ? Text(type.Underlying) : Name(type.Name);

    private string Text(CRecord record)
    {
        if (!model.IsWanted(record.File))
        {
            _borrowed.Add(record.Key);
        }

        return record.Name.Length > 0 ? Name(record.Name) : throw new NotSupportedException($"The {record.Tag} at {record.Key} has no name.");
    }
}
