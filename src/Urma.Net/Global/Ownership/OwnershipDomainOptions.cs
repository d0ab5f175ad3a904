namespace Urma.Net;

/// <summary>How an <see cref="OwnershipDomain"/> is created. Its members learn all of it, except <see cref="Timeout"/>, by joining.</summary>
public sealed record OwnershipDomainOptions
{
    /// <summary>Defaults.</summary>
    public static OwnershipDomainOptions Default { get; } = new();

    /// <summary>Bytes of all regions together; rounded up to whole granules. At most 2³⁰ granules.</summary>
    public long Capacity { get; init; } = 1 << 20;

    /// <summary>
    /// Bytes that always have one owner together, a power of two: at least 64, with page protection a multiple of the page. Smaller
    /// ones cost more to change many of, and 32 bytes each in the directory.
    /// </summary>
    public int GranuleSize { get; init; } = 4096;

    /// <summary>What keeps a member from touching what it does not own.</summary>
    public OwnershipEnforcement Enforcement { get; init; }

    /// <summary>The most regions, 1 to 65,536.</summary>
    public int MaxRegions { get; init; } = 1024;

    /// <summary>The most separate ranges of one batch, after adjacent ones were joined: 1 to 65,536.</summary>
    public int MaxRanges { get; init; } = 1024;

    /// <summary>How long a change of this member's waits where the call does not say.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The secret that others need to join; random when null.</summary>
    public Token? Token { get; init; }
}
