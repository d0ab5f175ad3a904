namespace Urma.Net;

/// <summary>Which peers' memory a link leads to. Every condition that is given must hold; a rule without conditions holds for all peers.</summary>
/// <param name="Link">The link; null for none: those peers are as fast as this machine.</param>
public sealed record FabricRule(FabricModel? Link)
{
    /// <summary>The peer's <see cref="UrmaContextOptions.Label"/>, in which '*' stands for any characters; case matters. Null for any.</summary>
    public string? Label { get; init; }

    /// <summary>The peer's device; null for any.</summary>
    public Eid? Eid { get; init; }

    /// <summary>The peer's engine; null for any.</summary>
    public uint? Uasid { get; init; }

    /// <summary>
    /// The number the imported segment has at its owner (<see cref="SegmentDescriptor.TokenId"/>, counted from 0 in the order of
    /// registration); null for any. Does not hold for messages, which go to no segment.
    /// </summary>
    public uint? Segment { get; init; }

    /// <summary>Whether the rule holds.</summary>
    /// <param name="eid">The peer's device.</param>
    /// <param name="uasid">The peer's engine.</param>
    /// <param name="label">The peer's label; null where it has none.</param>
    /// <param name="segment">The segment's number; null for a message.</param>
    public bool Holds(Eid eid, uint uasid, string? label, uint? segment) =>
        (Eid is not { } wantedEid || wantedEid == eid)
        && (Uasid is not { } wantedUasid || wantedUasid == uasid)
        && (Segment is not { } wantedSegment || wantedSegment == segment)
        && (Label is not { } pattern || Matches(pattern, label ?? string.Empty));

    // Greedy from the left: what stands between two stars is taken where it is first found.
    private static bool Matches(string pattern, string label)
    {
        string[] parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return label == pattern;
        }

        if (!label.StartsWith(parts[0], StringComparison.Ordinal))
        {
            return false;
        }

        int at = parts[0].Length;
        for (int i = 1; i < parts.Length - 1; i++)
        {
            int found = label.IndexOf(parts[i], at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + parts[i].Length;
        }

        return label.Length - at >= parts[^1].Length && label.EndsWith(parts[^1], StringComparison.Ordinal);
    }
}
