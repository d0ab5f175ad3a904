namespace Urma.Net.Compare.Peers;

/// <summary>Whether a peer can be measured.</summary>
internal enum PeerState
{
    Found,
    Missing,
    Failed,
}
