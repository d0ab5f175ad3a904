using Urma.Net.Internal;

namespace Urma.Net.Verbs.Control;

/// <summary>How long one call may wait, over all its steps.</summary>
internal readonly struct WaitLimit(TimeSpan timeout, CancellationToken ct)
{
    /// <summary>As it was asked for, for messages.</summary>
    public TimeSpan Timeout { get; } = timeout;

    /// <summary>When time is up.</summary>
    public Deadline Deadline { get; } = Deadline.After(timeout);

    /// <summary>Ends the wait before.</summary>
    public CancellationToken Token { get; } = ct;

    /// <summary>The error of a wait whose time is up.</summary>
    /// <param name="what">What was waited for.</param>
    public UrmaException TooLate(string what) => new(
        UrmaStatus.TimedOut,
        $"No answer from {what} within {Timeout.TotalSeconds:0.###} s: its host cannot be reached, or it is stopped or overloaded.");
}
