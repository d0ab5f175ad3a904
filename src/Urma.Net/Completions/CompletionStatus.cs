namespace Urma.Net;

/// <summary>
/// How a posted operation ended. Names and numbers are those of <c>urma_cr_status_t</c> (liburma, <c>urma_opcode.h</c>).
/// </summary>
public enum CompletionStatus : byte
{
    /// <summary>The operation is done and its data is visible at the target.</summary>
    Success = 0,

    /// <summary>The device has no such operation.</summary>
    UnsupportedOpcode = 1,

    /// <summary>A local length is wrong: a message longer than the posted receive, or an SGE list too long.</summary>
    LocalLengthError = 2,

    /// <summary>The local side could not execute the request.</summary>
    LocalOperationError = 3,

    /// <summary>The local buffer is not registered, is out of bounds, or lacks the access right.</summary>
    LocalAccessError = 4,

    /// <summary>The posted receive at the target is shorter than the message.</summary>
    RemoteResponseLengthError = 5,

    /// <summary>The target refuses this kind of request.</summary>
    RemoteUnsupportedRequest = 6,

    /// <summary>The target could not execute the request.</summary>
    RemoteOperationError = 7,

    /// <summary>The remote range is not granted, is out of bounds, read-only, or its grant was revoked.</summary>
    RemoteAccessAbort = 8,

    /// <summary>The peer is gone or did not answer.</summary>
    AckTimeout = 9,

    /// <summary>The target posted no receive while the retries lasted.</summary>
    RnrRetryCountExceeded = 10,

    /// <summary>
    /// The queue was closed or in error before the operation ran. Over verbs: before the target's acknowledgement came, so
    /// what it was to do may have been done.
    /// </summary>
    WorkRequestFlushed = 11,

    /// <summary>A marker that the queue is suspended; its user context is not valid.</summary>
    SuspendDone = 12,

    /// <summary>A marker that the queue is flushed; its user context is not valid.</summary>
    FlushDone = 13,

    /// <summary>The operation was taken back from a flushed queue without having run.</summary>
    WorkRequestUnhandled = 14,

    /// <summary>Local data was poisoned.</summary>
    LocalDataPoison = 15,

    /// <summary>Remote data was poisoned.</summary>
    RemoteDataPoison = 16,
}
