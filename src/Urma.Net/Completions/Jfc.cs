using System.Runtime.CompilerServices;

namespace Urma.Net;

/// <summary>Jetty for completion: the queue that tells how posted work ended (<c>urma_jfc_t</c>).</summary>
/// <remarks>One thread polls or waits at a time; queues that report to it may be posted from other threads. Event mode:
/// <see cref="Rearm"/>, poll once more, then <see cref="Jfce.Wait"/>.</remarks>
public abstract class Jfc : IDisposable
{
    private protected Jfc(UrmaContext context, JfcOptions options)
    {
        Context = context;
        Jfce = options.Jfce;
    }

    /// <summary>The context it belongs to.</summary>
    public UrmaContext Context { get; }

    /// <summary>The event channel, if it has one.</summary>
    public Jfce? Jfce { get; }

    /// <summary>Who polls when the completion pump finds this JFC ready.</summary>
    internal Async.IPumpTarget? PumpTarget { get; set; }

    /// <summary>What stands for it outside of .NET; 0 where nothing does.</summary>
    internal nint Face { get; set; }

    /// <summary>How many completions it can hold.</summary>
    public abstract int Depth { get; }

    /// <summary>Takes completions. Never blocks, allocates nothing.</summary>
    /// <param name="completions">Where they go; at most its length are taken.</param>
    /// <returns>How many were taken, 0 when there are none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Poll(Span<Completion> completions) => PollCore(completions);

    /// <summary>Takes completions in their wide form, with sender and immediate value.</summary>
    /// <param name="completions">Where they go; at most its length are taken.</param>
    /// <returns>How many were taken, 0 when there are none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Poll(Span<ReceiveCompletion> completions) => PollCore(completions);

    /// <summary>Takes completions, waiting for the first: spins briefly, yields, then sleeps without using the processor.</summary>
    /// <param name="completions">Where they go; at most its length are taken.</param>
    /// <param name="timeout">The longest wait; <see cref="Timeout.InfiniteTimeSpan"/> waits for ever (then pass a cancellation token).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many were taken; 0 after the timeout.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled; no completion was taken.</exception>
    public int Wait(Span<Completion> completions, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        int taken = PollCore(completions);
        if (taken != 0 || completions.IsEmpty)
        {
            return taken;
        }

        return WaitUntilReady(timeout, cancellationToken) ? PollCore(completions) : 0;
    }

    /// <summary>As <see cref="Wait(Span{Completion}, TimeSpan, CancellationToken)"/>, in the wide form.</summary>
    /// <param name="completions">Where they go; at most its length are taken.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many were taken; 0 after the timeout.</returns>
    public int Wait(Span<ReceiveCompletion> completions, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        int taken = PollCore(completions);
        if (taken != 0 || completions.IsEmpty)
        {
            return taken;
        }

        return WaitUntilReady(timeout, cancellationToken) ? PollCore(completions) : 0;
    }

    /// <summary>Waits until a poll would take something, without taking it.</summary>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False after the timeout.</returns>
    public abstract bool WaitUntilReady(TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Asks for one event on the <see cref="Jfce"/> when the next completion arrives. Poll once more before waiting.</summary>
    /// <param name="solicitedOnly">Only completions whose sender set <see cref="WorkRequestFlags.Solicited"/>, and errors, raise the event.</param>
    /// <exception cref="InvalidOperationException">The JFC has no JFCE.</exception>
    public abstract void Rearm(bool solicitedOnly = false);

    /// <summary>Closes the queue. Dispose the send and receive queues that report to it first.</summary>
    /// <exception cref="UrmaException">A queue still reports to it.</exception>
    public void Dispose()
    {
        DisposeCore();
        GC.SuppressFinalize(this);
    }

    /// <summary>Polls the narrow form.</summary>
    /// <param name="completions">Where they go.</param>
    private protected abstract int PollCore(Span<Completion> completions);

    /// <summary>Polls the wide form.</summary>
    /// <param name="completions">Where they go.</param>
    private protected abstract int PollCore(Span<ReceiveCompletion> completions);

    /// <summary>Closes; idempotent.</summary>
    private protected abstract void DisposeCore();
}
