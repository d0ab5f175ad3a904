namespace Urma.Net;

/// <summary>
/// Leads a send queue to what its requests name only by the peer's numbers (<c>LoopbackSendQueue.LateBound</c>). Asked when a request is
/// about to run, by whichever thread runs it, one at a time.
/// </summary>
internal interface IQueueWay
{
    /// <summary>Puts the engine's tokens into a request.</summary>
    /// <param name="request">The request; its target, its remote address, or both are to be found.</param>
    /// <param name="status">Why it cannot be bound, where it cannot.</param>
    WayAnswer Bind(ref WorkRequest request, out CompletionStatus status);

    /// <summary>A failed request put the queue into the error state. Must not wait: locks of the engine are held.</summary>
    /// <param name="status">How it failed.</param>
    void OnEnded(CompletionStatus status);
}
