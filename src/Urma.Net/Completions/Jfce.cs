namespace Urma.Net;

/// <summary>Jetty for completion events: wakes a thread that waits for several JFCs (<c>urma_jfce_t</c>).</summary>
/// <remarks>One thread waits at a time.</remarks>
public abstract class Jfce : IDisposable
{
    private protected Jfce(UrmaContext context)
    {
        Context = context;
    }

    /// <summary>The context it belongs to.</summary>
    public UrmaContext Context { get; }

    /// <summary>Waits until an armed JFC of this channel has a completion. Each JFC returned is disarmed: poll it empty, then rearm.</summary>
    /// <remarks>
    /// While that has paid lately, it looks for some microseconds before it sleeps. What was polled before its event came may still raise one, so a
    /// JFC returned may be empty.
    /// </remarks>
    /// <param name="ready">Where the JFCs go.</param>
    /// <param name="timeout">The longest wait; zero only looks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many JFCs; 0 after the timeout.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public abstract int Wait(Span<Jfc> ready, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Closes the channel.</summary>
    /// <exception cref="UrmaException">A JFC still uses it.</exception>
    public void Dispose()
    {
        DisposeCore();
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes; idempotent.</summary>
    private protected abstract void DisposeCore();
}
