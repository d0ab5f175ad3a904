using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>One attempt to reach an engine, awaited by everybody who wants that engine at the moment.</summary>
internal sealed class ConnectAttempt(uint uasid)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The engine wanted.</summary>
    internal uint Uasid { get; } = uasid;

    /// <summary>The process that listens there, once known.</summary>
    internal int ProcessId { get; set; }

    /// <summary>The peer, after a success.</summary>
    internal LoopbackPeer? Peer { get; private set; }

    /// <summary>The status of a failure.</summary>
    internal UrmaStatus Status { get; private set; }

    /// <summary>Why it failed.</summary>
    internal string Error { get; private set; } = string.Empty;

    /// <summary>Whether trying again may help.</summary>
    internal bool IsTransient { get; private set; }

    /// <summary>Whether it failed because there is no such engine (<see cref="UrmaException.ProvesAbsence"/>).</summary>
    internal bool ProvesAbsence { get; private set; }

    /// <summary>Ends the attempt with a peer; the first end counts.</summary>
    internal void Succeed(LoopbackPeer peer)
    {
        lock (_gate)
        {
            if (!_done.Task.IsCompleted)
            {
                Peer = peer;
                _done.SetResult();
            }
        }
    }

    /// <summary>Ends the attempt with a failure; the first end counts.</summary>
    internal void Fail(UrmaStatus status, string error, bool isTransient, bool provesAbsence = false)
    {
        lock (_gate)
        {
            if (!_done.Task.IsCompleted)
            {
                Status = status;
                Error = error;
                IsTransient = isTransient;
                ProvesAbsence = provesAbsence;
                _done.SetResult();
            }
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>False when the deadline passed first.</returns>
    internal bool Wait(Deadline deadline) => _done.Task.Wait(deadline.RemainingMilliseconds);
}
