using System.Threading.Tasks.Sources;

namespace Urma.Net.Messaging;

// The one receive of a channel that may be pending. Reused.
//
//   Idle    -> [Begin]                         -> Pending
//   Pending -> [TryClaim, by who found it]     -> Settled -> [GetResult] -> Idle
//   Pending -> [cancelled]                     -> Settled -> [GetResult] -> Idle   (no message was taken)

/// <summary>What an awaited receive stands on while there is no message.</summary>
internal sealed class ReceiveOperation : IValueTaskSource<MessageLease>
{
    private const int Idle = 0;
    private const int Pending = 1;
    private const int Settled = 2;

    private readonly MessageChannel _channel;
    private ManualResetValueTaskSourceCore<MessageLease> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private int _state;

    public ReceiveOperation(MessageChannel channel, bool runContinuationsAsynchronously)
    {
        _channel = channel;
        _core.RunContinuationsAsynchronously = runContinuationsAsynchronously;
    }

    public bool IsPending => Volatile.Read(ref _state) == Pending;

    public bool IsIdle => Volatile.Read(ref _state) == Idle;

    public ValueTask<MessageLease> Begin(CancellationToken cancellationToken)
    {
        _token = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static operation => ((ReceiveOperation)operation!).Cancel(), this);
        Interlocked.Exchange(ref _state, Pending);
        if (cancellationToken.IsCancellationRequested)
        {
            Cancel();
        }

        _channel.Watch();

        // A close beside this call may have looked for a pending receive before this was one.
        if (_channel.IsClosed && TryClaim())
        {
            Complete(default, MessageChannel.Flushed("receive"));
        }

        return new ValueTask<MessageLease>(this, _core.Version);
    }

    /// <summary>Whoever claims it completes it, with a message it takes afterwards.</summary>
    public bool TryClaim() => Interlocked.CompareExchange(ref _state, Settled, Pending) == Pending;

    /// <summary>Ends the await of a claimed operation. Outside all locks: the continuation may run in here.</summary>
    public void Complete(MessageLease lease, Exception? error)
    {
        // Waits for a cancellation that is running: it has lost and returns at once, but must not meet the next use.
        _registration.Dispose();
        if (error is null)
        {
            _core.SetResult(lease);
        }
        else
        {
            _core.SetException(error);
        }
    }

    MessageLease IValueTaskSource<MessageLease>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            // After a cancellation, too: its callback may still be on its way and must not meet the next use.
            _registration.Dispose();
            _core.Reset();
            Volatile.Write(ref _state, Idle);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        if (TryClaim())
        {
            _core.SetException(new OperationCanceledException("Receiving was cancelled; no message was taken.", _token));
        }
    }
}
