namespace Urma.Net;

/// <summary>How a <see cref="UdmaChannel"/> is made.</summary>
public sealed record UdmaChannelOptions
{
    /// <summary>Most operations in flight; 1 to <see cref="ProviderCapabilities.MaxJfsDepth"/>. Rounded up to a power of two.</summary>
    public int Depth { get; init; } = 256;

    /// <summary>
    /// Most operations that wait, in order, for room among those in flight. One more is refused: it fails with
    /// <see cref="UrmaStatus.TryAgain"/> and has not run.
    /// </summary>
    public int MaxWaiting { get; init; } = 4096;

    /// <summary>Where code after an <c>await</c> runs.</summary>
    public ContinuationMode Continuations { get; init; }

    /// <summary>Who looks for completions.</summary>
    public ProgressMode Progress { get; init; }

    /// <summary>
    /// One thread only: it starts operations, polls, awaits and cancels. Saves the locks (a few nanoseconds per operation). Needs
    /// <see cref="ProgressMode.Manual"/> and <see cref="ContinuationMode.Inline"/>.
    /// </summary>
    public bool SingleThreaded { get; init; }

    /// <summary>As <see cref="JfsOptions.EngineThreshold"/>: copies of at least this many bytes run beside the caller.</summary>
    public long EngineThreshold { get; init; } = long.MaxValue;

    /// <summary>As <see cref="JfsOptions.RnrRetry"/>.</summary>
    public int RnrRetry { get; init; } = 7;

    /// <summary>As <see cref="JfsOptions.RnrTimer"/>.</summary>
    public TimeSpan RnrTimer { get; init; } = TimeSpan.FromMilliseconds(1);
}
