using Urma.Net.Internal;

namespace Urma.Net.Collectives;

/// <content>What is carried out by the communicator's own thread.</content>
public sealed unsafe partial class Communicator
{
    private readonly Lock _workerLock = new();
    private CollectiveWorker? _worker;
    private Transfer[] _transfers = [];

    private bool HasQueuedWork => _worker is { HasWork: true, IsThis: false };

    private CollectiveWorker Worker
    {
        get
        {
            if (_worker is null)
            {
                lock (_workerLock)
                {
                    ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposing) != 0, this);
                    _worker ??= new CollectiveWorker(this);
                }
            }

            return _worker;
        }
    }

    private CollectiveHandle Begin(in CollectiveCall call)
    {
        ThrowIfGrouped();
        QueuedCall queued = Worker.Rent();
        queued.Call = call;
        return Enqueue(queued);
    }

    private CollectiveHandle BeginPinned<T>(in CollectiveCall call, ReadOnlyMemory<T> send, Memory<T> receive)
    {
        ThrowIfGrouped();
        QueuedCall queued = Worker.Rent();
        queued.Call = call;
        queued.Pin(send, receive);
        try
        {
            CheckOverlap(queued.Call);
        }
        catch
        {
            queued.Unpin();
            throw;
        }

        return Enqueue(queued);
    }

    internal CollectiveHandle Begin(CollectiveCall[] group)
    {
        QueuedCall queued = Worker.Rent();
        queued.Calls = group;
        return Enqueue(queued);
    }

    private CollectiveHandle BeginOneSided(in CollectiveCall call, in SignalTarget target)
    {
        ThrowIfGrouped();
        QueuedCall queued = Worker.Rent();
        queued.Call = call;
        queued.Target = target;
        return Enqueue(queued);
    }

    private static void ThrowIfGrouped()
    {
        if (CollectiveGroup.Current is not null)
        {
            throw new InvalidOperationException("Inside a group, calls are collected by the blocking forms that take addresses; begun and awaited ones, puts and signals stay outside.");
        }
    }

    private CollectiveHandle Enqueue(QueuedCall queued)
    {
        var handle = new CollectiveHandle(queued);
        Worker.Enqueue(queued);
        return handle;
    }

    private void RunBehindQueue(in CollectiveCall call) => Begin(call).WaitToTheEnd();

    internal void RunQueued(QueuedCall queued)
    {
        if (queued.Calls is { } calls)
        {
            RunGroup(calls);
        }
        else if (IsOneSided(queued.Call.Kind))
        {
            RunOneSided(ref queued.Call, queued.Target);
        }
        else
        {
            RunNow(ref queued.Call);
        }
    }

    // All transfers together, then the rest in order: a rank that groups them meets one that does not.
    internal void RunGroup(ReadOnlySpan<CollectiveCall> calls)
    {
        if (_isBusy)
        {
            ThrowUnusable();
        }

        int count = 0;
        if (_transfers.Length < calls.Length)
        {
            _transfers = new Transfer[calls.Length];
        }

        CollectiveCall first = default;
        foreach (ref readonly CollectiveCall call in calls)
        {
            if (call.Kind is CollectiveKind.Send or CollectiveKind.Receive)
            {
                first = count == 0 ? call : first;
                _transfers[count++] = Transfer.Of(call);
            }
        }

        if (count > 0)
        {
            Enter(ref first);
            RunTransfers(_transfers.AsSpan(0, count));
            _isBusy = false;
        }

        foreach (ref readonly CollectiveCall call in calls)
        {
            if (call.Kind is not (CollectiveKind.Send or CollectiveKind.Receive))
            {
                CollectiveCall copy = call;
                RunNow(ref copy);
            }
        }
    }

    internal bool IsRunByWorker => HasQueuedWork;

    // What was begun before still ends.
    private void DisposeWorker(Deadline deadline)
    {
        CollectiveWorker? worker;
        lock (_workerLock)
        {
            worker = _worker;
        }

        if (worker?.TryEnd(deadline) == false)
        {
            Abort("It was disposed, and what was begun before did not end in time.");
            _ = worker.TryEnd(Deadline.After(EndOfCallTimeout));
        }
    }
}
