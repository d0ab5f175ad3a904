using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Coll;

/// <summary>A size, measured by us and by a peer in turns.</summary>
internal sealed record CollComparisonRow(CollShape Shape, CollReduction Reduction, CollTimes Ours)
{
    public long? Wrong { get; init; }

    /// <summary>Our best round: what is left where something else runs on the machine.</summary>
    public double BestNanoseconds { get; init; }

    /// <summary>The median over rounds; null where there is no peer.</summary>
    public double? PeerNanoseconds { get; init; }

    /// <summary>The peer's best round.</summary>
    public double? PeerBestNanoseconds { get; init; }

    public long? PeerWrong { get; init; }

    /// <summary>Our time over the peer's, round by round.</summary>
    public Spread? Ratio { get; init; }

    /// <summary>A cache line's one-way time; null with one rank.</summary>
    public double? LineNanoseconds { get; init; }

    /// <summary>Our time in cache lines, round by round; the median.</summary>
    public double? OverLine { get; init; }

    /// <summary>What every rank copying a buffer of this size once would take; null where the buffers are small.</summary>
    public double? CopyNanoseconds { get; init; }

    /// <summary>That time over ours, round by round; the median.</summary>
    public double? OfCopy { get; init; }
}
