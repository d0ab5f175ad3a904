namespace Urma.Net.Collectives.Posted;

/// <summary>What this rank keeps of another: chunks in both directions, and the way into its inbox.</summary>
internal sealed class PostedLink(int peer)
{
    public int Peer => peer;

    /// <summary>The peer's inbox; null until something is first posted there.</summary>
    public TargetSegment? Inbox { get; set; }

    /// <summary>Chunks posted to the peer.</summary>
    public uint Sent { get; set; }

    /// <summary>Chunks of the peer's that were taken.</summary>
    public uint Received { get; set; }

    /// <summary>Of those, how many the peer was told of.</summary>
    public uint Told { get; set; }
}
