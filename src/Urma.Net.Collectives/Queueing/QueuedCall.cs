using System.Buffers;
using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace Urma.Net.Collectives;

/// <summary>A call, or the calls of a group, on their way to the communicator's thread. Used again and again.</summary>
internal sealed class QueuedCall(CollectiveWorker worker) : IValueTaskSource
{
    private readonly object _done = new();
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private MemoryHandle _send;
    private MemoryHandle _receive;

    public CollectiveCall Call;

    /// <summary>Where a put goes and which signal is meant, where the call is one of those.</summary>
    public SignalTarget Target;

    // Kept from call to call.
    private VariableCounts? _counts;

    /// <summary>The calls of a group, in place of <see cref="Call"/>.</summary>
    public CollectiveCall[]? Calls { get; set; }

    public short Version => _source.Version;

    public bool IsCompleted(short version) => _source.GetStatus(version) != ValueTaskSourceStatus.Pending;

    /// <summary>Counts of the call's own.</summary>
    /// <param name="size">Ranks of the communicator.</param>
    public VariableCounts CountsFor(int size) => _counts ??= new VariableCounts(size);

    public unsafe void Pin<T>(ReadOnlyMemory<T> send, Memory<T> receive)
    {
        _send = send.Pin();
        _receive = receive.Pin();
        Call.Send = (byte*)_send.Pointer;
        Call.Receive = (byte*)_receive.Pointer;
    }

    /// <summary>Tells the outcome. The memory is the caller's again.</summary>
    public void Complete(Exception? failure)
    {
        Unpin();
        Call = default;
        Target = default;
        Calls = null;
        if (failure is null)
        {
            _source.SetResult(true);
        }
        else
        {
            _source.SetException(failure);
        }

        lock (_done)
        {
            Monitor.PulseAll(_done);
        }
    }

    public void Unpin()
    {
        _send.Dispose();
        _receive.Dispose();
        (_send, _receive) = (default, default);
    }

    /// <summary>Blocks until the outcome is there, and takes it.</summary>
    public void Wait(short version)
    {
        _ = Wait(version, Timeout.InfiniteTimeSpan);
    }

    /// <returns>False when the time was over; the outcome was not taken.</returns>
    public bool Wait(short version, TimeSpan timeout)
    {
        if (!WaitForEnd(version, timeout))
        {
            return false;
        }

        GetResult(version);
        return true;
    }

    /// <summary>Blocks until the outcome is there, and leaves it.</summary>
    public void WaitForEnd(short version) => _ = WaitForEnd(version, Timeout.InfiniteTimeSpan);

    private bool WaitForEnd(short version, TimeSpan timeout)
    {
        lock (_done)
        {
            long start = Stopwatch.GetTimestamp();
            while (!IsCompleted(version))
            {
                TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - Stopwatch.GetElapsedTime(start);
                if (left < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
                {
                    return false;
                }

                _ = Monitor.Wait(_done, left);
            }
        }

        return true;
    }

    public void GetResult(short token)
    {
        // Neither of another's outcome nor before there is one: the call is given to the next who begins something.
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The operation is not done: await it, or wait by its handle.");
        }

        try
        {
            _ = _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            worker.Return(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
