namespace Urma.Net.Diagnostics;

/// <summary>The totals of an engine, in the order in which they lie in its page; see <see cref="UrmaCounters"/> for what they say.</summary>
internal enum Counter
{
    Writes,
    Reads,
    Sends,
    Atomics,
    Xcopies,
    Awaited,
    Bytes,
    XcopyBytes,
    Errors,
    ReceiverNotReady,
    ReceiverNotReadyTime,
    CreditStalls,
    CreditStallTime,
    EngineOperations,
    TranslationMisses,
    TranslationEvictions,
    TranslationFaults,
    OwnershipWaits,
    OwnershipWaitTime,

    /// <summary>How many there are.</summary>
    Count,
}
