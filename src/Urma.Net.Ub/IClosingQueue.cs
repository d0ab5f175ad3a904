using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>A queue that takes no work any more, but still has completions to come.</summary>
internal interface IClosingQueue
{
    /// <summary>Requests whose completion has not been polled.</summary>
    int Outstanding { get; }

    /// <summary>Whether the device said that everything posted has been reported.</summary>
    bool IsFlushed { get; }

    /// <summary>Hands over what the device has not carried out.</summary>
    /// <returns>How many were written; 0 when there are no more.</returns>
    int TakeUnhandled(Span<urma_cr_t> completions);

    /// <summary>Deletes the native queue, unless another that uses it must go first.</summary>
    bool TryDelete();
}
