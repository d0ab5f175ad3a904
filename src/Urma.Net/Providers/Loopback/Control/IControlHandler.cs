namespace Urma.Net.Providers.Loopback.Control;

/// <summary>
/// What the control plane calls, always on the fabric thread: return soon, never wait for a peer. What a method throws
/// becomes a failed reply, a refusal or a trace line; it does not end the thread.
/// </summary>
internal interface IControlHandler
{
    /// <summary>Answers a request.</summary>
    /// <param name="peer">Who asks.</param>
    /// <param name="request">What; untrusted.</param>
    /// <param name="reply">The answer, at first an empty success. An <see cref="UrmaException"/> thrown replaces it.</param>
    void OnRequest(LoopbackPeer peer, in ControlRequest request, ControlReply reply);

    /// <summary>Takes a one-way message.</summary>
    void OnNotice(LoopbackPeer peer, in ControlRequest notice);

    /// <summary>
    /// A peer is gone: its <see cref="LoopbackPeer.Fault"/> is set and its pending requests have failed. Its context page
    /// stays mapped until <see cref="LoopbackPeer.ReleaseContextPage"/> or the end of the control plane.
    /// </summary>
    void OnPeerLost(LoopbackPeer peer);

    /// <summary>Called after each round of the fabric thread.</summary>
    /// <returns>How long the thread may sleep at most; <see cref="Timeout.InfiniteTimeSpan"/>: until something happens.</returns>
    TimeSpan OnTick();

    /// <summary>
    /// A new peer introduced itself and its context page is mapped; nobody else can see it yet. Throw an
    /// <see cref="UrmaException"/> to refuse it (the peer is told the message).
    /// </summary>
    void OnPeerConnected(LoopbackPeer peer)
    {
    }

    /// <summary>
    /// A reply came after its requester had given up, so whatever the peer set up for the request has no user. Undo it
    /// here, by a notice.
    /// </summary>
    void OnLateReply(LoopbackPeer peer, in ControlRequest reply)
    {
    }

    /// <summary>A connection was refused or cut because of what its other end did.</summary>
    /// <param name="reason">Who and why.</param>
    void OnRefused(string reason)
    {
    }
}
