using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>A request whose reply has not come. One thread waits, another completes it, once.</summary>
internal sealed class PendingRequest(uint id)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The number in the reply.</summary>
    internal uint Id { get; } = id;

    /// <summary>The answer of a success.</summary>
    internal ControlResponse? Response { get; private set; }

    /// <summary>The status of a failure.</summary>
    internal UrmaStatus Status { get; private set; }

    /// <summary>Why it failed.</summary>
    internal string? Error { get; private set; }

    /// <summary>Whether the failure is what the peer said, not that it could not be asked.</summary>
    internal bool IsRefusal { get; private set; }

    /// <summary>Whether the end is there.</summary>
    internal bool HasEnded => _done.Task.IsCompleted;

    /// <summary>Ends it with an answer.</summary>
    internal void Complete(ControlResponse response)
    {
        Response = response;
        _done.SetResult();
    }

    /// <summary>Ends it with a failure.</summary>
    internal void Fail(UrmaStatus status, string error, bool isRefusal = false)
    {
        IsRefusal = isRefusal;
        Status = status;
        Error = error;
        _done.SetResult();
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>False when the deadline passed first.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    internal bool Wait(Deadline deadline, CancellationToken cancellationToken) =>
        _done.Task.Wait(deadline.RemainingMilliseconds, cancellationToken);

    /// <summary>Waits for an end that is certain to come at once, because another thread is about to set it.</summary>
    internal void WaitForCompleter() => _done.Task.Wait();
}
