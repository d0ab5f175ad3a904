using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>An engine that this context has imported from, for as long as its control connection lasts.</summary>
/// <param name="Context">Who imports.</param>
/// <param name="Peer">The connection.</param>
/// <param name="Index">Its number in the context, which imported memory names as its way.</param>
internal sealed record RemoteEngine(VerbsContext Context, ControlPeer Peer, int Index)
{
    /// <summary>Whether it is gone.</summary>
    public bool IsGone => Peer.Fault is not null;
}
