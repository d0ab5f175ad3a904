using System.Collections.Immutable;
using Urma.Net.Interop.Headers.Model;

namespace Urma.Net.Interop.Generator;

/// <summary>A member of a struct as it will be written.</summary>
/// <param name="Kind">How it appears.</param>
/// <param name="Name">Its name in C#.</param>
/// <param name="Type">Its type in C#; for arrays that of an element.</param>
/// <param name="Offset">Where it lies, in bytes from the beginning of the struct it is written in.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Alignment">The alignment the runtime gives it, in bytes.</param>
internal sealed record PlannedMember(MemberKind Kind, string Name, string Type, long Offset, long Size, long Alignment)
{
    /// <summary>The number of elements of an array.</summary>
    public long Length { get; init; }

    /// <summary>The type without a name that a member is an instance, or an array, of.</summary>
    public CRecord? Nested { get; init; }

    /// <summary>Where the bits of a bit-field are: almost always in one integer.</summary>
    public ImmutableArray<BitPiece> Pieces { get; init; } = [];

    /// <summary>True when the highest bit of a bit-field is a sign.</summary>
    public bool IsSigned { get; init; }

    /// <summary>True for what takes up room in the struct, rather than giving access to something that does.</summary>
    public bool IsStored => Kind is not (MemberKind.BitField or MemberKind.Flexible);
}
