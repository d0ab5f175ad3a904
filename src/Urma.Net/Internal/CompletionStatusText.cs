namespace Urma.Net.Internal;

/// <summary>What each failed completion means and what to do about it.</summary>
internal static class CompletionStatusText
{
    public static string Explain(CompletionStatus status) => status switch
    {
        CompletionStatus.Success => "no error.",
        CompletionStatus.UnsupportedOpcode => "the provider has no such operation; see ProviderCapabilities.",
        CompletionStatus.LocalLengthError => "a message did not fit the receive posted for it; post larger receives.",
        CompletionStatus.LocalOperationError => "the local side could not execute it.",
        CompletionStatus.LocalAccessError => "the local buffer is not registered (or no longer), or the range leaves it.",
        CompletionStatus.RemoteResponseLengthError => "the receive posted by the target is shorter than the message.",
        CompletionStatus.RemoteUnsupportedRequest => "the target refuses this kind of request.",
        CompletionStatus.RemoteOperationError => "the target could not execute it.",
        CompletionStatus.RemoteAccessAbort => "the remote range is not granted: out of bounds, read-only, unimported or revoked.",
        CompletionStatus.AckTimeout => "the peer died or did not answer.",
        CompletionStatus.RnrRetryCountExceeded => "the target posted no receive in time; post receives there or raise RnrRetry.",
        CompletionStatus.WorkRequestFlushed => "the queue was closed before it ran.",
        _ => "see urma_cr_status_t.",
    };
}
