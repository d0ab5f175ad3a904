using System.Collections.Immutable;

namespace Urma.Net.Interop.Headers.Types;

/// <summary>A C type as the compiler spells it, without qualifiers.</summary>
public sealed class CType
{
    private CType(CTypeKind kind, string name, CType? target = null)
    {
        Kind = kind;
        Name = name;
        Target = target;
    }

    public CTypeKind Kind { get; }

    /// <summary>
    /// The name of a built-in type or typedef; for records and enums the key of <see cref="TagKey"/>; empty for derived types.
    /// </summary>
    public string Name { get; }

    /// <summary>What a pointer points to, what an array consists of, what a function returns; otherwise null.</summary>
    public CType? Target { get; }

    /// <summary>Elements of an array; null for an array without a length (a flexible member).</summary>
    public long? Length { get; private init; }

    /// <summary>Parameters of a function.</summary>
    public ImmutableArray<CType> Parameters { get; private init; } = [];

    /// <summary>True for a function that takes further arguments after its parameters.</summary>
    public bool IsVariadic { get; private init; }

    public bool IsVoid => Kind == CTypeKind.Builtin && Name == "void";

    public static CType Builtin(string name) => new(CTypeKind.Builtin, name);

    public static CType Typedef(string name) => new(CTypeKind.Typedef, name);

    public static CType Tagged(bool isEnum, string key) => new(isEnum ? CTypeKind.Enum : CTypeKind.Record, key);

    public static CType PointerTo(CType target) => new(CTypeKind.Pointer, string.Empty, target);

    public static CType ArrayOf(CType element, long? length) => new(CTypeKind.Array, string.Empty, element) { Length = length };

    public static CType Function(CType result, ImmutableArray<CType> parameters, bool isVariadic) =>
        new(CTypeKind.Function, string.Empty, result) { Parameters = parameters, IsVariadic = isVariadic };
}
