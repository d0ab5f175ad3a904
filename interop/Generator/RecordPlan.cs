using System.Collections.Immutable;
using Urma.Net.Interop.Headers.Model;

namespace Urma.Net.Interop.Generator;

/// <summary>How a C struct or union will be written.</summary>
/// <param name="Record">The C type.</param>
/// <param name="Members">Its members; those of members without a name are among them.</param>
/// <param name="IsSequential">The runtime's own rules put every member where C does.</param>
/// <param name="Alignment">The alignment the runtime gives it, in bytes.</param>
/// <param name="Pack">The packing to ask for; 0 for none.</param>
internal sealed record RecordPlan(CRecord Record, ImmutableArray<PlannedMember> Members, bool IsSequential, long Alignment, long Pack)
{
    /// <summary>The first member whose size is another one on arm64, so that what follows lies elsewhere there; null for none.</summary>
    public string? DiffersOnArm64 { get; init; }
}
