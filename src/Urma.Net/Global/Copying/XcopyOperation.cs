using System.Buffers;
using System.Threading.Tasks.Sources;

namespace Urma.Net.Global;

// One awaited copy. Pooled.
//
//   Idle    -> [prepared, queued]   -> Running
//   Running -> [the engine is done] -> Settled -> [GetResult] -> Idle, back in the pool
//   Running -> [cancelled]          -> Settled -> [GetResult] -> left to the GC: the engine may still work on it
//
// Settling is decided by one exchange, so that it happens exactly once.

/// <summary>A copy that the engine makes, and what its await stands on.</summary>
internal sealed class XcopyOperation(XcopyEngine engine) : IValueTaskSource, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private MemoryHandle _pin;
    private int _settled;

    /// <summary>Next in the pool or in the queue.</summary>
    public XcopyOperation? Next { get; set; }

    public CopySide Destination { get; private set; }

    public CopySide Source { get; private set; }

    public long Length { get; private set; }

    /// <summary>The copies of a batch; empty for a single one.</summary>
    public ReadOnlyMemory<XcopyItem> Items { get; private set; }

    /// <summary>How the copies of a batch ended.</summary>
    public Memory<GlobalMemoryStatus> Results { get; private set; }

    public bool IsBatch { get; private set; }

    /// <summary>The timestamp before which it must not be made: when it has come over a modelled link.</summary>
    public long Due { get; set; }

    /// <summary>How a single copy ended.</summary>
    public GlobalMemoryStatus Status { get; set; }

    /// <summary>How many copies of a batch failed.</summary>
    public int Failed { get; set; }

    /// <summary>Whether the await has ended already.</summary>
    public bool IsSettled => Volatile.Read(ref _settled) != 0;

    public short Version => _core.Version;

    public void Prepare(in CopySide destination, in CopySide source, long length, MemoryHandle pin)
    {
        Destination = destination;
        Source = source;
        Length = length;
        _pin = pin;
        IsBatch = false;
        Reset();
    }

    public void Prepare(ReadOnlyMemory<XcopyItem> items, Memory<GlobalMemoryStatus> results)
    {
        Items = items;
        Results = results;
        IsBatch = true;
        Reset();
    }

    /// <summary>Lets a token end the await; before the engine knows the operation. May settle it at once.</summary>
    public void Register(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _token = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static operation => ((XcopyOperation)operation!).Cancel(), this);
        }
    }

    /// <summary>Says that no more bytes move; ends the await unless it has ended.</summary>
    /// <param name="error">What went wrong besides the copy, such as memory that its owner disposed.</param>
    public void Settle(Exception? error = null)
    {
        try
        {
            _pin.Dispose();
        }
#pragma warning disable CA1031 // a user's memory must not end the engine's thread
        catch (Exception unpinning)
#pragma warning restore CA1031
        {
            error ??= unpinning;
        }

        _pin = default;
        Items = default;
        Results = default;
        if (Interlocked.Exchange(ref _settled, 1) != 0)
        {
            return;
        }

        _registration.Dispose();
        if (error is null)
        {
            _core.SetResult(true);
        }
        else
        {
            _core.SetException(error);
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        _ = _core.GetResult(token);
        GlobalMemoryStatus status = Status;
        (CopySide destination, CopySide source, long length) = (Destination, Source, Length);
        Recycle();
        if (status != GlobalMemoryStatus.Success)
        {
            engine.Throw(status, destination, source, length);
        }
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        _ = _core.GetResult(token);
        (int failed, GlobalMemoryStatus status) = (Failed, Status);
        Recycle();
        if (status == GlobalMemoryStatus.NotAttempted)
        {
            engine.ThrowClosed();
        }

        return failed;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Reset()
    {
        Due = 0;
        Status = GlobalMemoryStatus.NotAttempted;
        Failed = 0;
        Next = null;
        _settled = 0;
        _registration = default;
    }

    private void Cancel()
    {
        if (Interlocked.Exchange(ref _settled, 1) == 0)
        {
            _core.SetException(new OperationCanceledException(
                "The await was cancelled. The copy itself may still run: its memory belongs to it until GlobalMemory.DrainAsync returns.", _token));
        }
    }

    private void Recycle()
    {
        _core.Reset();
        _token = default;
        engine.Return(this);
    }
}
