namespace Urma.Net;

/// <summary>Options of a work request. Bit positions are those of <c>urma_jfs_wr_flag_t</c> (liburma, <c>urma_types.h</c>).</summary>
[Flags]
public enum WorkRequestFlags
{
    /// <summary>No completion on success, no ordering beyond the queue's own.</summary>
    None = 0,

    /// <summary>Relaxed placement order: may be placed before earlier relaxed requests.</summary>
    PlaceOrderRelaxed = 1,

    /// <summary>Strong placement order: placed after every earlier relaxed or strong request.</summary>
    PlaceOrderStrong = 2,

    /// <summary>Completes in order with earlier requests that ask for the same.</summary>
    CompletionOrder = 1 << 2,

    /// <summary>Starts only after earlier reads and atomics of this queue have completed.</summary>
    Fence = 1 << 3,

    /// <summary>Wakes a receiver that armed its JFC for solicited events only.</summary>
    Solicited = 1 << 4,

    /// <summary>Reports success with a completion; a failure is always reported.</summary>
    Signaled = 1 << 5,

    /// <summary>The payload is read while posting: the buffer may be reused at once and need not be registered.</summary>
    Inline = 1 << 6,
}
