namespace Urma.Net.Tool.Watch;

/// <summary>An engine in the table.</summary>
/// <param name="Reading">The last look at it.</param>
/// <param name="Label">Its label, from an earlier look where it does not answer any more; null when it never told one.</param>
/// <param name="Statistics">The last it told; older than <paramref name="Reading"/> where it does not answer any more, null when it never did.</param>
/// <param name="Rates">What it did between the last two looks; null at the first one, and where it does not answer.</param>
/// <param name="SlowPeers">Its peers that are slow.</param>
internal sealed record EngineRow(
    EngineReading Reading, string? Label, UrmaStatistics? Statistics, EngineRates? Rates, IReadOnlyList<SlowPeer> SlowPeers)
{
    public int Lost => Statistics?.Peers.Count(static peer => peer.State == PeerState.Lost) ?? 0;

    public int Connected => Statistics?.Peers.Count(static peer => peer.State == PeerState.Connected) ?? 0;

    public TimeSpan LongestStall => Statistics is { Queues.Count: > 0 } statistics ? statistics.Queues.Max(static queue => queue.StalledFor) : TimeSpan.Zero;
}
