namespace Urma.Net.Verbs.Control;

/// <summary>What answers the other ends of connections, on worker threads; for each connection one call after another.</summary>
internal interface IPeerService
{
    /// <summary>A connection was made by its other end.</summary>
    void OnConnected(ControlPeer peer);

    /// <summary>Takes a request or notice.</summary>
    ServedFrame Serve(ControlPeer peer, in ReceivedFrame frame);

    /// <summary>A connection is gone; the last call about it.</summary>
    /// <param name="peer">Whose.</param>
    /// <param name="isNews">As <see cref="PeerTable.Remove"/> says.</param>
    void OnLost(ControlPeer peer, bool isNews);
}
