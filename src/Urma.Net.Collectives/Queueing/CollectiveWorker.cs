using System.Collections.Concurrent;
using Urma.Net.Internal;

namespace Urma.Net.Collectives;

/// <summary>The thread of a communicator that carries out what was begun, in the order it was begun: a stream, in NCCL's words.</summary>
#pragma warning disable CA1001 // What it waits by is used until its thread ends, and holds nothing of the system's.
internal sealed class CollectiveWorker
#pragma warning restore CA1001
{
    // Longer than the gap between calls of a training step is seldom worth a processor.
    private const int IdleSpins = 200;

    private readonly Communicator _communicator;
    private readonly Lock _lock = new();
    private readonly Queue<QueuedCall> _queue = new();
    private readonly ConcurrentBag<QueuedCall> _free = [];
    private readonly SemaphoreSlim _ready = new(0);
    private readonly Thread _thread;
    private int _waiting;
    private bool _isClosed;

    public CollectiveWorker(Communicator communicator)
    {
        _communicator = communicator;
        _thread = new Thread(Loop) { IsBackground = true, Name = "urma-coll" };
        _thread.Start();
    }

    /// <summary>Whether something was begun that is not done.</summary>
    public bool HasWork => Volatile.Read(ref _waiting) != 0;

    public bool IsThis => Thread.CurrentThread == _thread;

    public QueuedCall Rent() => _free.TryTake(out QueuedCall? call) ? call : new QueuedCall(this);

    public void Return(QueuedCall call) => _free.Add(call);

    public void Enqueue(QueuedCall call)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, _communicator);
            _queue.Enqueue(call);
            Interlocked.Increment(ref _waiting);
        }

        _ready.Release();
    }

    private void Loop()
    {
        while (true)
        {
            Wait();
            QueuedCall? call;
            lock (_lock)
            {
                if (!_queue.TryDequeue(out call))
                {
                    return;
                }
            }

            Exception? failure = null;
            try
            {
                _communicator.RunQueued(call);
            }
#pragma warning disable CA1031 // Whatever it is belongs to whoever awaits the call.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = exception;
            }

            // Before the outcome is told: who has heard it may call in place again.
            Interlocked.Decrement(ref _waiting);
            call.Complete(failure);
        }
    }

    private void Wait()
    {
        var spin = default(SpinWait);
        while (spin.Count < IdleSpins && !spin.NextSpinWillYield)
        {
            if (_ready.Wait(0))
            {
                return;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }

        _ready.Wait();
    }

    /// <summary>Takes nothing more, and lets what was begun end; then the thread ends.</summary>
    /// <returns>Whether it ended in time; on that thread itself true, though it goes on.</returns>
    public bool TryEnd(Deadline deadline)
    {
        lock (_lock)
        {
            _isClosed = true;
        }

        _ready.Release();
        return IsThis || _thread.Join(deadline.RemainingMilliseconds);
    }
}
