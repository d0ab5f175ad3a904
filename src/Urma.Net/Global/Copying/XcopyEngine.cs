using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// The thread that makes awaited copies beside their callers, in the order they were asked for. Started when first needed; parked
/// without cost when there is nothing to do.
/// </summary>
internal sealed class XcopyEngine : IDisposable
{
    private const int MaxPooled = 256;
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly TimeSpan SpinTime = TimeSpan.FromMilliseconds(2);

    private readonly GlobalMemory _memory;
    private readonly string _name;
    private readonly object _gate = new();
    private XcopyOperation? _pool;
    private XcopyOperation? _first;
    private XcopyOperation? _last;
    private Thread? _thread;
    private int _pooled;
    private long _submitted;
    private long _finished;
    private bool _closed;

    public XcopyEngine(GlobalMemory memory, string name)
    {
        _memory = memory;
        _name = name;
    }

    public XcopyOperation Rent()
    {
        lock (_gate)
        {
            if (_pool is { } operation)
            {
                _pool = operation.Next;
                _pooled--;
                return operation;
            }
        }

        return new XcopyOperation(this);
    }

    public void Return(XcopyOperation operation)
    {
        lock (_gate)
        {
            if (_pooled < MaxPooled)
            {
                operation.Next = _pool;
                _pool = operation;
                _pooled++;
            }
        }
    }

    /// <summary>Has a prepared copy made. After closing it settles at once.</summary>
    public void Submit(XcopyOperation operation)
    {
        Exception? error = null;
        lock (_gate)
        {
            if (!_closed && (error = TryStart()) is null)
            {
                _submitted++;
                operation.Next = null;
                if (_last is null)
                {
                    _first = operation;
                }
                else
                {
                    _last.Next = operation;
                }

                _last = operation;
                Monitor.PulseAll(_gate);
                return;
            }
        }

        operation.Settle(error);
    }

    /// <summary>Waits until everything submitted so far has been made, the cancelled included.</summary>
    public bool Drain(TimeSpan bound, CancellationToken cancellationToken)
    {
        long deadline = TimeLimit.After(bound);
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static engine =>
            {
                lock (((XcopyEngine)engine!)._gate)
                {
                    Monitor.PulseAll(((XcopyEngine)engine)._gate);
                }
            },
            this);
        lock (_gate)
        {
            for (long wanted = _submitted; _finished < wanted;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                TimeSpan left = TimeLimit.Left(deadline);
                if (left == TimeSpan.Zero)
                {
                    return false;
                }

                Monitor.Wait(_gate, left < LongestWait ? left : LongestWait);
            }
        }

        return true;
    }

    [DoesNotReturn]
    public void Throw(GlobalMemoryStatus status, in CopySide destination, in CopySide source, long length)
    {
        if (status == GlobalMemoryStatus.NotAttempted)
        {
            ThrowClosed();
        }

        _memory.Throw(status, destination, source, length);
    }

    [DoesNotReturn]
    public void ThrowClosed() => throw new ObjectDisposedException(nameof(UrmaContext), "The context was closed before the copy was made.");

    public void Dispose()
    {
        XcopyOperation? left;
        lock (_gate)
        {
            _closed = true;
            left = _first;
            _first = _last = null;
            Monitor.PulseAll(_gate);
        }

        while (left is { } operation)
        {
            left = operation.Next;
            Finish(operation);
        }

        // The last continuation may be what closes the context.
        if (_thread is { } thread && thread != Thread.CurrentThread)
        {
            thread.Join(StopBound);
        }
    }

    private void Run()
    {
        CpuAffinity.FollowFirstThread();
        while (Take() is { } operation)
        {
            Exception? error = null;
            if (!operation.IsSettled)
            {
                WaitUntil(operation.Due);
                error = Execute(operation);
            }

            Finish(operation, error);
        }
    }

    // What the caller gave may throw, too: memory of its own that was disposed meanwhile.
    private Exception? Execute(XcopyOperation operation)
    {
        try
        {
            _memory.Execute(operation);
            return null;
        }
#pragma warning disable CA1031 // it is the awaiter's, not the thread's
        catch (Exception error)
#pragma warning restore CA1031
        {
            return error;
        }
    }

    // The caller holds the gate.
    private Exception? TryStart()
    {
        if (_thread is not null)
        {
            return null;
        }

        try
        {
            var thread = new Thread(Run) { IsBackground = true, Name = _name };
            thread.UnsafeStart();
            _thread = thread;
            return null;
        }
        catch (Exception error) when (error is OutOfMemoryException or ThreadStartException)
        {
            return error;
        }
    }

    // Sleeps as far as a sleep is exact enough, and ends early when the context closes.
    private void WaitUntil(long due)
    {
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) - SpinTime is { Ticks: > 0 } left)
        {
            lock (_gate)
            {
                if (_closed)
                {
                    return;
                }

                Monitor.Wait(_gate, left.TotalMilliseconds < 1 ? TimeSpan.FromMilliseconds(1) : left < LongestWait ? left : LongestWait);
            }
        }

        FabricLink.WaitUntil(due);
    }

    private XcopyOperation? Take()
    {
        lock (_gate)
        {
            while (_first is null)
            {
                if (_closed)
                {
                    return null;
                }

                Monitor.Wait(_gate);
            }

            XcopyOperation operation = _first;
            _first = operation.Next;
            if (_first is null)
            {
                _last = null;
            }

            return operation;
        }
    }

    private void Finish(XcopyOperation operation, Exception? error = null)
    {
        // Counted first: whoever was told of the end finds it drained.
        lock (_gate)
        {
            _finished++;
            Monitor.PulseAll(_gate);
        }

        operation.Settle(error);
    }
}
