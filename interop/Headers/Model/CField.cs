using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Headers.Model;

/// <summary>A member of a struct or union.</summary>
/// <param name="Name">Its name; empty for an unnamed struct or union and for bits that only fill.</param>
/// <param name="Type">Its type.</param>
/// <param name="OffsetBits">Where it begins, in bits from the beginning of the record that declares it.</param>
/// <param name="BitWidth">Its width when it is a bit-field; otherwise null.</param>
public sealed record CField(string Name, CType Type, long OffsetBits, int? BitWidth)
{
    public long Offset => OffsetBits / 8;

    /// <summary>True for an array without a length, or of length 0, at the end of a struct.</summary>
    public bool IsFlexible => Type is { Kind: CTypeKind.Array, Length: null or 0 };
}
