namespace Urma.Net.Providers.Loopback;

/// <summary>A request that could not run while it was posted, with its own copy of what it refers to.</summary>
internal unsafe struct PendingWork
{
    public WorkRequest Request;

    /// <summary>Copied SGE list, or null.</summary>
    public SegmentRange* Pieces;

    /// <summary>Copied inline payload, or null.</summary>
    public byte* Payload;

    /// <summary>When the target must have posted a receive; <see cref="Internal.TimeLimit.Never"/> for ever; 0 until first tried.</summary>
    public long Deadline;

    /// <summary>What <see cref="Deadline"/> is for: the peer's connection rather than its receive.</summary>
    public bool AwaitsPeer;

    /// <summary>When it was posted; 0 where it is not timed.</summary>
    public long PostedAt;

    /// <summary>When it was first tried and found no receive; 0 before.</summary>
    public long StalledSince;

    /// <summary>The timestamp before which a fabric model holds it back; 0 without one.</summary>
    public long DueAt;
}
