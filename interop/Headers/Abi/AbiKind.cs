namespace Urma.Net.Interop.Headers.Abi;

/// <summary>What a fact about a header is about.</summary>
public enum AbiKind
{
    /// <summary>A struct or union: its size and alignment.</summary>
    Type = 0,

    /// <summary>A member: its offset and size, or its bits.</summary>
    Member,

    /// <summary>An enumeration: its size.</summary>
    Enum,

    /// <summary>A name in an enumeration: its value.</summary>
    Enumerator,

    /// <summary>A macro that is a constant: its value.</summary>
    Constant,

    /// <summary>A function: its signature.</summary>
    Function,
}
