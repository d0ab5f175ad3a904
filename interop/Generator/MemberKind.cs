namespace Urma.Net.Interop.Generator;

/// <summary>How a member of a C struct appears in C#.</summary>
internal enum MemberKind
{
    /// <summary>A field.</summary>
    Field = 0,

    /// <summary>A field whose type is an inline array declared beside it.</summary>
    Array,

    /// <summary>A field whose type is a struct declared beside it, because it has no name in C.</summary>
    Nested,

    /// <summary>An integer that bit-fields lie in.</summary>
    Bits,

    /// <summary>A property for a bit-field.</summary>
    BitField,

    /// <summary>An array without a length: nothing but a method that says where it begins.</summary>
    Flexible,
}
