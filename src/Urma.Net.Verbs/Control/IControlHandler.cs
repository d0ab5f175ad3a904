namespace Urma.Net.Verbs.Control;

/// <summary>
/// What a control plane calls, on worker threads. Calls about one peer come one after another, in the order in which the peer spoke, and
/// <see cref="OnPeerLost"/> is the last; calls about different peers run side by side. They may take long, but must not wait for
/// another engine: the control plane refuses to. A request's <see cref="UrmaException"/> is the answer that the peer gets.
/// </summary>
internal interface IControlHandler
{
    /// <summary>Grants access to a segment.</summary>
    /// <exception cref="UrmaException">It is not granted. Wrong tokens, which the control plane counts, are
    /// refused by <see cref="TokenCheck.Require"/>.</exception>
    ImportSegmentAnswer ImportSegment(ControlPeer peer, in ImportSegmentRequest request);

    /// <summary>An import ended. Also sent where an answer came after its asker had given up.</summary>
    void ReleaseSegment(ControlPeer peer, in ReleaseSegment notice);

    /// <summary>Grants access to a jetty or JFR; throws as <see cref="ImportSegment"/> does.</summary>
    ImportJettyAnswer ImportJetty(ControlPeer peer, in ImportJettyRequest request);

    /// <summary>An import ended.</summary>
    void ReleaseJetty(ControlPeer peer, in ReleaseJetty notice);

    /// <summary>Makes a queue pair and connects it; throws as <see cref="ImportSegment"/> does.</summary>
    ConnectLaneAnswer ConnectLane(ControlPeer peer, in ConnectLaneRequest request);

    /// <summary>The other end of a lane is gone. Also sent where an answer to a connect came after its asker had given up.</summary>
    void DisconnectLane(ControlPeer peer, in DisconnectLane notice);

    /// <summary>Resets a lane's queue pair and connects it anew.</summary>
    ReconnectLaneAnswer ReconnectLane(ControlPeer peer, in ReconnectLaneRequest request);

    /// <summary>An owner takes grants back. When this returns they are not used any more.</summary>
    void Revoke(ControlPeer owner, in RevokeRequest request);

    /// <summary>A target of this owner is gone. When this returns, nothing is sent to it any more.</summary>
    void JettyGone(ControlPeer owner, in JettyGone request);

    /// <summary>Executes an atomic on a segment of one's own.</summary>
    ExecuteAtomicAnswer ExecuteAtomic(ControlPeer peer, in ExecuteAtomicRequest request);

    /// <summary>An engine connected to this one.</summary>
    void OnPeerConnected(ControlPeer peer)
    {
    }

    /// <summary>A connection is gone, and with it everything that was granted or imported through it.</summary>
    /// <param name="peer">Its <see cref="ControlPeer.Fault"/> says why.</param>
    /// <param name="isNews">
    /// Whether this says something new of the engine. There are two connections where each has imported from the other; the one made
    /// from here is believed, the other only where there is no such.
    /// </param>
    void OnPeerLost(ControlPeer peer, bool isNews);

    /// <summary>A connection was refused or cut because of what its other end did.</summary>
    /// <param name="reason">Who and why.</param>
    void OnRefused(string reason)
    {
    }
}
