namespace Urma.Net;

/// <summary>How memory is registered.</summary>
public sealed record SegmentOptions
{
    private static readonly TimeSpan MaxLease = TimeSpan.FromDays(49);

    /// <summary>Everything granted, random token.</summary>
    public static SegmentOptions Default { get; } = new();

    /// <summary>What importers may do. A segment is read-only or read-write for all its importers; without <see cref="SegmentAccess.Write"/> the kernel refuses their stores.</summary>
    public SegmentAccess Access { get; init; } = SegmentAccess.All;

    /// <summary>The secret importers must show; random when null.</summary>
    public Token? Token { get; init; }

    /// <summary>The grant ends this long after registration (it is revoked at the deadline); never when null.</summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>Which pages back allocated memory. Ignored when registering the caller's memory.</summary>
    public MemoryPages Pages { get; init; }

    /// <summary>For the caller's memory: refuse to fall back to <see cref="SegmentMode.Copied"/> where it cannot be adopted.</summary>
    public bool RequireMapping { get; init; }

    /// <summary>
    /// For the caller's memory: serve it by <see cref="SegmentMode.Copied"/> without trying to adopt it, so neighbours on the
    /// edge pages stay private.
    /// </summary>
    public bool NeverAdopt { get; init; }

    /// <summary>
    /// For allocated memory: where in this process it goes, over whatever is mapped there; anywhere when 0. The range covers whole pages
    /// and is given back when the segment is disposed. After a failure it is still the caller's, reserved.
    /// </summary>
    internal nint FixedAddress { get; init; }

    /// <summary>The number under which importers know it that do not know its generation; the engine's own when null. Several segments may share one.</summary>
    internal uint? TokenId { get; init; }

    /// <summary>Whether it is granted without the secret (URMA_TOKEN_NONE).</summary>
    internal bool IsOpen { get; init; }

    /// <summary>The address peers name it by; otherwise that of its memory.</summary>
    internal ulong? NameAddress { get; init; }

    /// <summary>A number that importers are told; opaque to the engine.</summary>
    internal uint Domain { get; init; }

    /// <summary>Whether importers can be granted this: each right needs those below it.</summary>
    internal static bool IsGrant(SegmentAccess access) =>
        access is SegmentAccess.Read or (SegmentAccess.Read | SegmentAccess.Write) or SegmentAccess.All;

    /// <summary>Refuses what no provider can do.</summary>
    /// <exception cref="ArgumentException">Rights that contradict each other, or a lease that is none.</exception>
    internal void Validate()
    {
        if (Access != SegmentAccess.LocalOnly && !IsGrant(Access))
        {
            throw new ArgumentException(
                $"SegmentAccess {Access} is not valid: use LocalOnly alone, or Read, Read|Write, or Read|Write|Atomic (urma_register_seg).", nameof(Access));
        }

        if (Lease is { } lease && (lease <= TimeSpan.Zero || lease > MaxLease))
        {
            throw new ArgumentException($"A lease lasts longer than zero and at most {MaxLease.TotalDays:F0} days.", nameof(Lease));
        }
    }
}
