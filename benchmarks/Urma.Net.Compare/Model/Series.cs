namespace Urma.Net.Compare.Model;

/// <summary>One line of a plot: what one library does at every place of the axis.</summary>
/// <param name="Id">Unique in its workload, the peer's id first: <c>ucx.tag</c>.</param>
/// <param name="Peer">The peer's id (<see cref="Peers.PeerIds"/>).</param>
/// <param name="Name">What readers see.</param>
internal sealed record Series(string Id, string Peer, string Name)
{
    /// <summary>Whether it is of Urma.Net.</summary>
    public bool IsOurs => Peer == Peers.PeerIds.Urma;

    /// <summary>Where a peer is ahead of us: what it does otherwise. Null where no reason is known.</summary>
    public string? Why { get; init; }

    /// <summary>Whether the peers' advantage is formed with it. One series of a workload at most.</summary>
    public bool IsBaseline { get; init; }
}
