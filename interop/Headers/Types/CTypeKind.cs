namespace Urma.Net.Interop.Headers.Types;

/// <summary>What a C type is made of.</summary>
public enum CTypeKind
{
    /// <summary>Built into the language: <c>int</c>, <c>unsigned long</c>, <c>_Bool</c>, <c>void</c>.</summary>
    Builtin = 0,

    /// <summary>A name given by <c>typedef</c>.</summary>
    Typedef,

    /// <summary>A <c>struct</c> or <c>union</c>.</summary>
    Record,

    /// <summary>An <c>enum</c>.</summary>
    Enum,

    Pointer,
    Array,
    Function,
}
