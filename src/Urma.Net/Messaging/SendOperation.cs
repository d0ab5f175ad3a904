using System.Threading.Tasks.Sources;

namespace Urma.Net.Messaging;

// The one send of a channel that may be pending. Reused.
//
//   Idle    -> [Begin]                               -> Pending
//   Pending -> [Wake: credit or a buffer came]       -> Running
//   Running -> [sent, or failed]                     -> Settled -> [GetResult] -> Idle
//   Running -> [still no room]                       -> Pending
//   Pending -> [cancelled, or the channel is closed] -> Settled -> [GetResult] -> Idle   (nothing was sent)

/// <summary>What an awaited send stands on while there is no room at the peer.</summary>
internal sealed class SendOperation : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Pending = 1;
    private const int Running = 2;
    private const int Settled = 3;

    // A longer copy is not made on the thread that polls: others wait for it.
    private const int LongestCopyOfThePoller = 64 * 1024;

    private readonly MessageChannel _channel;
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private ReadOnlyMemory<byte> _memory;
    private SegmentRange _range;
    private bool _isRange;
    private int _state;

    public SendOperation(MessageChannel channel, bool runContinuationsAsynchronously)
    {
        _channel = channel;
        _core.RunContinuationsAsynchronously = runContinuationsAsynchronously;
    }

    public bool IsPending => Volatile.Read(ref _state) == Pending;

    /// <summary>Whether it may still need to hear of credit: while it runs, too, because it may find no room.</summary>
    public bool IsUnfinished => Volatile.Read(ref _state) is Pending or Running;

    public ValueTask Begin(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        _memory = message;
        _isRange = false;
        return Begin(cancellationToken);
    }

    public ValueTask Begin(SegmentRange message, CancellationToken cancellationToken)
    {
        _range = message;
        _isRange = true;
        return Begin(cancellationToken);
    }

    /// <summary>Something came that the send may have waited for. Outside all locks.</summary>
    public void Wake()
    {
        if (Interlocked.CompareExchange(ref _state, Running, Pending) != Pending)
        {
            return;
        }

        if ((_isRange ? _range.Length : _memory.Length) > LongestCopyOfThePoller)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else
        {
            Run();
        }
    }

    void IThreadPoolWorkItem.Execute() => Run();

    /// <summary>Ends a pending await because the channel is closed; waits for one that is running.</summary>
    public void Fail(Exception error)
    {
        var spin = default(SpinWait);
        while (true)
        {
            int state = Interlocked.CompareExchange(ref _state, Settled, Pending);
            if (state == Pending)
            {
                Settle(error);
                return;
            }

            if (state != Running)
            {
                return;
            }

            spin.SpinOnce();
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            // After a cancellation, too: its callback may still be on its way and must not meet the next use.
            _registration.Dispose();
            _core.Reset();
            _memory = default;
            Volatile.Write(ref _state, Idle);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private ValueTask Begin(CancellationToken cancellationToken)
    {
        _token = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static operation => ((SendOperation)operation!).Cancel(), this);
        _channel.Block(SendBlocks.Pending);
        Interlocked.Exchange(ref _state, Pending);
        if (cancellationToken.IsCancellationRequested)
        {
            Cancel();
        }

        // What came between the failed attempt and now wakes nobody: try once more.
        Wake();
        _channel.Watch();
        return new ValueTask(this, _core.Version);
    }

    private void Run()
    {
        while (true)
        {
            int progress = _channel.SendProgress;
            bool sent = false;
            Exception? error = null;
            try
            {
                sent = _isRange ? _channel.TrySendNow(_range) : _channel.TrySendNow(_memory.Span);
            }
#pragma warning disable CA1031 // whatever it is, it belongs to who awaits
            catch (Exception caught)
            {
                error = caught;
            }
#pragma warning restore CA1031

            if (sent || error is not null)
            {
                Volatile.Write(ref _state, Settled);
                Settle(error);
                return;
            }

            Interlocked.Exchange(ref _state, Pending);
            if (_token.IsCancellationRequested)
            {
                Cancel();
                return;
            }

            if (_channel.SendProgress == progress || Interlocked.CompareExchange(ref _state, Running, Pending) != Pending)
            {
                return;
            }
        }
    }

    private void Settle(Exception? error)
    {
        // Waits for a cancellation that is running: it has lost and returns at once, but must not meet the next use.
        _registration.Dispose();
        _channel.Unblock(SendBlocks.Pending);
        if (error is null)
        {
            _core.SetResult(true);
        }
        else
        {
            _core.SetException(error);
        }
    }

    private void Cancel()
    {
        if (Interlocked.CompareExchange(ref _state, Settled, Pending) == Pending)
        {
            _channel.GiveUpSend();
            _channel.Unblock(SendBlocks.Pending);
            _core.SetException(new OperationCanceledException("Sending was cancelled; the message was not sent.", _token));
        }
    }
}
