using System.Collections.Immutable;

namespace Urma.Net.Interop.Headers.Clang;

/// <summary>Where the compiler puts the members of one struct or union.</summary>
/// <param name="Size">Size in bytes.</param>
/// <param name="Alignment">Alignment in bytes.</param>
/// <param name="Members">Its own members in order, those without a name included, but not the members of members.</param>
internal sealed record RecordLayout(long Size, long Alignment, ImmutableArray<MemberLayout> Members);
