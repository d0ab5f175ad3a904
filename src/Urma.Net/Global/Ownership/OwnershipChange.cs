namespace Urma.Net;

/// <summary>One wish of a batch: what the caller wants to hold of a range.</summary>
/// <param name="Region">The region.</param>
/// <param name="Offset">First byte, from the start of the region; a multiple of the granule.</param>
/// <param name="Length">Bytes, more than 0; a multiple of the granule, or up to the region's end.</param>
/// <param name="Ownership">What the caller will hold. <see cref="Ownership.None"/> gives the range back.</param>
public readonly record struct OwnershipChange(SharedRegion Region, long Offset, long Length, Ownership Ownership)
{
    /// <summary>A wish for a whole region.</summary>
    /// <param name="region">The region.</param>
    /// <param name="ownership">What the caller will hold.</param>
    public static OwnershipChange Whole(SharedRegion region, Ownership ownership)
    {
        ArgumentNullException.ThrowIfNull(region);
        return new OwnershipChange(region, 0, region.Length, ownership);
    }
}
