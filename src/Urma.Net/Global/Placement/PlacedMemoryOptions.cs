namespace Urma.Net;

/// <summary>How a <see cref="PlacedMemory"/> behaves.</summary>
public sealed record PlacedMemoryOptions
{
    /// <summary>
    /// Bytes that are read and written as one: a power of two, 64 to 1 MiB. Set by the member that creates the region. Smaller ones let
    /// more writers work at once and leave less to copy in the pause; each costs 8 bytes of the directory.
    /// </summary>
    public int GranuleLength { get; init; } = 4096;

    /// <summary>The longest an access waits for a writer of the same granule or for a migration's pause, before it ends as timed out.</summary>
    public TimeSpan AccessTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest a migration of this member's holds writers off; it then gives up and changes nothing.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(1);

    internal void Validate()
    {
        if (GranuleLength is < 64 or > 1 << 20 || !System.Numerics.BitOperations.IsPow2(GranuleLength))
        {
            throw new ArgumentException($"PlacedMemoryOptions.GranuleLength is {GranuleLength}: it must be a power of two from 64 to 1,048,576.");
        }
    }
}
