using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>A queue that takes no work any more, but still has completions to come.</summary>
internal interface IClosingQueue
{
    /// <summary>Whether everything that was posted has been reported.</summary>
    bool IsQuiet { get; }

    /// <summary>Hands over what the device has not carried out.</summary>
    /// <returns>How many were written; 0 when there are no more.</returns>
    int TakeUnhandled(Span<urma_cr_t> completions);

    /// <summary>Deletes the native queue, unless another that uses it must go first.</summary>
    /// <param name="force">Whether closed queues that use it go now, too, whatever they still have to report.</param>
    bool TryDelete(bool force);
}
