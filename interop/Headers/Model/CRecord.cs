using System.Collections.Immutable;

namespace Urma.Net.Interop.Headers.Model;

/// <summary>A struct or union.</summary>
/// <param name="Key">What tells it from all others (<see cref="Types.TagKey"/>).</param>
/// <param name="Name">The name it goes by: a typedef's where there is one, otherwise its tag; empty where it has neither.</param>
/// <param name="IsUnion">A union, not a struct.</param>
/// <param name="File">The file that defines it, or first mentions it.</param>
public sealed record CRecord(string Key, string Name, bool IsUnion, string File)
{
    /// <summary>True when the members are known; false for a type that is only mentioned.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Size in bytes; 0 for an incomplete type.</summary>
    public long Size { get; init; }

    /// <summary>Alignment in bytes; 0 for an incomplete type.</summary>
    public long Alignment { get; init; }

    public ImmutableArray<CField> Fields { get; init; } = [];

    /// <summary>True for a type that was defined inside another one.</summary>
    public bool IsNested { get; init; }

    /// <summary><c>struct</c> or <c>union</c>.</summary>
    public string Tag => IsUnion ? "union" : "struct";
}
