namespace Urma.Net.Tool.Watch;

/// <summary>A peer that became slow, as seen by one engine.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Speed">Since when, and how slow.</param>
internal sealed record SlowPeer(PeerStatistics Peer, PeerSpeed Speed)
{
    public string Name => Peer.Label.Length != 0 ? Peer.Label : $"{Peer.Uasid:x6}";
}
