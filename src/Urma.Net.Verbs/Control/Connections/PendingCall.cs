using Urma.Net.Internal;

namespace Urma.Net.Verbs.Control;

/// <summary>A request whose answer has not come. One thread waits, another completes it, once.</summary>
internal sealed class PendingCall(uint id)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The number in the answer.</summary>
    public uint Id { get; } = id;

    /// <summary>The outcome.</summary>
    public UrmaStatus Status { get; private set; }

    /// <summary>The answer, or why it failed in UTF-8.</summary>
    public byte[] Payload { get; private set; } = [];

    /// <summary>Why it failed without an answer; null where the peer answered.</summary>
    public string? Fault { get; private set; }

    /// <summary>Set by whoever has given up waiting: what to do with a success that comes all the same.</summary>
    public Action<byte[]>? Undo { get; set; }

    /// <summary>Ends it with the peer's answer.</summary>
    public void Complete(UrmaStatus status, byte[] payload)
    {
        Status = status;
        Payload = payload;
        _done.SetResult();
    }

    /// <summary>Ends it without an answer.</summary>
    public void Fail(string fault)
    {
        Status = UrmaStatus.Failed;
        Fault = fault;
        _done.SetResult();
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>False when the deadline passed first.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public bool Wait(Deadline deadline, CancellationToken ct) => _done.Task.Wait(deadline.RemainingMilliseconds, ct);
}
