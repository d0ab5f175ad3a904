using System.Threading.Tasks.Sources;

namespace Urma.Net.Async;

// One awaited operation that did not complete at once. Pooled.
//
//   Idle     -> [Prepare]             -> Running   (waiting for room, or posted and holding a slot)
//   Running  -> [completion arrives]  -> Settled   -> [GetResult] -> Idle, back in the pool
//   Running  -> [cancelled]           -> Settled   -> [GetResult] -> left to the GC; a slot it holds stays taken until the
//                                                    completion arrives, because the transfer may still touch the buffer
//
// Settling is decided by one compare-and-swap, so that completion, cancellation and disposal settle exactly once.

/// <summary>What an awaited operation stands on while it is pending.</summary>
internal sealed class UdmaOperation : IValueTaskSource, IValueTaskSource<Completion>, IValueTaskSource<ulong>
{
    private readonly UdmaChannel _channel;
    // Only says that it ended; how is beside it, where it need not be copied through.
    private ManualResetValueTaskSourceCore<bool> _core;
    private Completion _completion;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private int _settled;
    private bool _cancellable;

    public UdmaOperation(UdmaChannel channel, bool runContinuationsAsynchronously)
    {
        _channel = channel;
        _core.RunContinuationsAsynchronously = runContinuationsAsynchronously;
    }

    /// <summary>The work itself, kept for posting later and for describing a failure. Mutable: its user context is set when posting.</summary>
    public WorkRequest Request;

    /// <summary>Next in the pool, in the queue of waiting operations, or among those about to be completed; never in two of them.</summary>
    public UdmaOperation? Next { get; set; }

    /// <summary>The addressee of a message, to name it when it is gone.</summary>
    public TargetJetty? Target { get; private set; }

    /// <summary>The caller's user context, put back into the completion.</summary>
    public ulong UserContext { get; private set; }

    /// <summary>The old value lands in the slot's scratch word rather than in a buffer of the caller's.</summary>
    public bool ReturnsValue { get; private set; }

    /// <summary>How it ended, once that is known.</summary>
    public Completion Completion
    {
        get => _completion;
        set => _completion = value;
    }

    /// <summary>The old value of an atomic, once that is known.</summary>
    public ulong Value { get; set; }

    /// <summary>When it began to wait; 0 where it is not timed.</summary>
    public long BeganAt { get; set; }

    /// <summary>Why it was not posted, where it was not.</summary>
    public UrmaStatus PostStatus { get; set; }

    /// <summary>Whether the await has ended already.</summary>
    public bool IsSettled => Volatile.Read(ref _settled) != 0;

    public short Version => _core.Version;

    public void Prepare(in WorkRequest request, ulong userContext, TargetJetty? target, bool returnsValue)
    {
        Request = request;
        UserContext = userContext;
        Target = target;
        ReturnsValue = returnsValue;
        PostStatus = UrmaStatus.Success;
        BeganAt = 0;
        Next = null;
        _settled = 0;
        _cancellable = false;
    }

    /// <summary>Lets a token end the await. Before anybody can find the operation; may settle it at once.</summary>
    public void Register(CancellationToken cancellationToken)
    {
        _cancellable = true;
        _token = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static operation => ((UdmaOperation)operation!).Cancel(), this);
    }

    /// <summary>Ends the await with <see cref="Completion"/>. Outside all locks: the continuation may run in here.</summary>
    public void Settle()
    {
        if (_cancellable)
        {
            if (Interlocked.Exchange(ref _settled, 1) != 0)
            {
                return;
            }

            // Waits for a cancellation that is running: it has lost and returns at once, but must not meet this object's next use.
            _registration.Dispose();
        }
        else
        {
            _settled = 1;
        }

        _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token)
    {
        _ = _core.GetResult(token);
        if (!_completion.IsSuccess)
        {
            ThrowAndRecycle();
        }

        Recycle();
    }

    Completion IValueTaskSource<Completion>.GetResult(short token)
    {
        _ = _core.GetResult(token);
        Completion completion = _completion;
        Recycle();
        return completion;
    }

    ulong IValueTaskSource<ulong>.GetResult(short token)
    {
        _ = _core.GetResult(token);
        if (!_completion.IsSuccess)
        {
            ThrowAndRecycle();
        }

        ulong value = Value;
        Recycle();
        return value;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        if (Interlocked.Exchange(ref _settled, 1) == 0)
        {
            _core.SetException(new OperationCanceledException(
                "The await was cancelled. The transfer itself may still run: its buffers belong to it until then (see UdmaChannel.DrainAsync).",
                _token));
        }
    }

    private void ThrowAndRecycle()
    {
        UrmaException error = UdmaErrors.Create(Request, Completion.Status, PostStatus, Target);
        Recycle();
        throw error;
    }

    private void Recycle()
    {
        _core.Reset();
        if (_cancellable)
        {
            _registration = default;
            _token = default;
        }

        Target = null;
        _channel.Recycle(this);
    }
}
