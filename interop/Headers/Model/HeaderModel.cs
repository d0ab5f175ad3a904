using System.Collections.Immutable;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Headers.Model;

/// <summary>What a compiler has understood of a set of headers, in the order of the text.</summary>
public sealed class HeaderModel
{
    private const int PointerSize = 8;

    /// <summary>The types, functions and constants of the files asked for: what the binding consists of.</summary>
    public required Func<string, bool> IsWanted { get; init; }

    /// <summary>Says how an <c>#include</c> would name the file that the compiler spells in this way.</summary>
    public required Func<string, string> HeaderName { get; init; }

    /// <summary>Every struct and union of the translation unit, by key, wanted or not.</summary>
    public required IReadOnlyDictionary<string, CRecord> Records { get; init; }

    /// <summary>Every enumeration, by key.</summary>
    public required IReadOnlyDictionary<string, CEnum> Enums { get; init; }

    /// <summary>Every typedef, by name.</summary>
    public required IReadOnlyDictionary<string, CType> Typedefs { get; init; }

    public required ImmutableArray<CFunction> Functions { get; init; }

    public required ImmutableArray<CConstant> Constants { get; init; }

    public CRecord Record(CType type) => Records[type.Name];

    public CEnum Enum(CType type) => Enums[type.Name];

    /// <summary>Follows typedefs until something else is found.</summary>
    public CType Resolve(CType type)
    {
        while (type.Kind == CTypeKind.Typedef && Typedefs.TryGetValue(type.Name, out CType? target))
        {
            type = target;
        }

        return type;
    }

    /// <summary>Size of a type in bytes, for 64-bit Linux, where <c>long</c> and pointers have 8.</summary>
    /// <exception cref="NotSupportedException">The type has no size, or none that is known.</exception>
    public long SizeOf(CType type)
    {
        CType resolved = Resolve(type);
        return resolved.Kind switch
        {
            CTypeKind.Pointer => PointerSize,
            CTypeKind.Array => SizeOf(resolved.Target!) * (resolved.Length ?? 0),
            CTypeKind.Record => Record(resolved).Size,
            CTypeKind.Enum => SizeOf(Enum(resolved).Underlying),
            _ => resolved.Name switch
            {
                "_Bool" or "char" or "signed char" or "unsigned char" => 1,
                "short" or "unsigned short" => 2,
                "int" or "unsigned int" or "float" => 4,
                "long" or "unsigned long" or "long long" or "unsigned long long" or "double" => 8,
                _ => throw new NotSupportedException($"The C type '{resolved.Name}' is not known, or has no size."),
            },
        };
    }
}
