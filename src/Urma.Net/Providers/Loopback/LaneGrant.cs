using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>What a receiver handed over for one lane, mapped and checked.</summary>
/// <param name="ReadOnly">The JFR's descriptors, read-only.</param>
/// <param name="Claims">The JFR's claim words.</param>
/// <param name="Doorbell">The JFC's doorbell.</param>
/// <param name="Lane">The lane's ring.</param>
/// <param name="Depth">Depth of JFR and lane; a power of two.</param>
/// <param name="MaxSge">Buffers per receive; a power of two.</param>
/// <param name="LaneId">The lane's number in the claim words.</param>
/// <param name="Bit">The lane's bit in the doorbell.</param>
/// <param name="MustFence">Whether the sender must fence because one side lacks the kernel's barrier.</param>
internal readonly record struct LaneGrant(
    SharedMapping ReadOnly, SharedMapping Claims, SharedMapping Doorbell, SharedMapping Lane,
    int Depth, int MaxSge, uint LaneId, int Bit, bool MustFence);
