namespace Urma.Net;

/// <summary>What a failed request means for its send queue.</summary>
internal enum QueueFailure
{
    /// <summary>It completes with its status; the queue goes on.</summary>
    Report,

    /// <summary>It completes with its status; the queue is in the error state then, and everything behind it is flushed, as of a reliable connection.</summary>
    End,

    /// <summary>What went wrong at the peer is not known: the request completes as if it had been delivered.</summary>
    Hide,
}
