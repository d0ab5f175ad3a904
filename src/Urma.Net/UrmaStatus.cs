namespace Urma.Net;

/// <summary>
/// What a call returned. Names and numbers are those of <c>urma_status_t</c> (liburma, <c>urma_opcode.h</c>);
/// the outcome of a posted operation is a <see cref="CompletionStatus"/> instead.
/// </summary>
public enum UrmaStatus
{
    /// <summary>The call did what was asked (URMA_SUCCESS).</summary>
    Success = 0,

    /// <summary>The caller lacks the right, or the token did not match (URMA_ENOPERM).</summary>
    OperationNotPermitted = 1,

    /// <summary>A queue is full: nothing was lost, poll completions and post again (URMA_EAGAIN).</summary>
    TryAgain = 11,

    /// <summary>Memory, descriptors or another resource ran out (URMA_ENOMEM).</summary>
    OutOfMemory = 12,

    /// <summary>The name or object exists already (URMA_EEXIST).</summary>
    Exists = 17,

    /// <summary>An argument or work request is not valid (URMA_EINVAL).</summary>
    InvalidArgument = 22,

    /// <summary>The peer did not answer in time (URMA_ETIMEOUT).</summary>
    TimedOut = 110,

    /// <summary>The call goes on in the background (URMA_EINPROGRESS).</summary>
    InProgress = 115,

    /// <summary>Any other failure; the message says which (URMA_FAIL).</summary>
    Failed = 0x1000,
}
