namespace Urma.Net.Compare.Peers;

/// <summary>Whether a peer can be measured.</summary>
internal enum PeerPresence
{
    Found,
    Missing,
    Failed,
}
