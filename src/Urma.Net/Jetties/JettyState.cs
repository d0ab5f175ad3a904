namespace Urma.Net;

/// <summary>State of a queue. Numbers are those of <c>urma_jetty_state_t</c> (liburma).</summary>
public enum JettyState
{
    /// <summary>Created, takes no work.</summary>
    Reset = 0,

    /// <summary>Takes and executes work.</summary>
    Ready = 1,

    /// <summary>Takes no work until resumed.</summary>
    Suspended = 2,

    /// <summary>Takes no work; what was posted completes with <see cref="CompletionStatus.WorkRequestFlushed"/>.</summary>
    Error = 3,
}
