using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// The UDMA engine: one thread of a context that runs large copies beside the caller and tries waiting messages again. Started
/// when first needed; parked without cost when there is nothing to do.
/// </summary>
internal sealed unsafe class LoopbackEngine : IDisposable
{
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(5);

    private readonly string _name;
    private readonly Lock _lock = new();
    private readonly HashSet<LoopbackSendQueue> _work = [];

    // A futex of its own, because events of the runtime count in milliseconds. Pinned, never freed by hand: a late Submit may come.
    private readonly int[] _calls = GC.AllocateArray<int>(1, pinned: true);
    private Thread? _thread;
    private volatile bool _stopping;

    public LoopbackEngine(string name)
    {
        _name = name;
    }

    /// <summary>Says that a queue has work for the engine.</summary>
    public void Submit(LoopbackSendQueue queue)
    {
        lock (_lock)
        {
            if (_stopping)
            {
                return;
            }

            if (!_work.Add(queue))
            {
                if (_thread is not null)
                {
                    Call();
                }

                return;
            }

            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = _name };
                _thread.UnsafeStart();
            }
        }

        Call();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
        }

        Call();
        _thread?.Join(StopBound);
    }

    private void Run()
    {
        CpuAffinity.FollowFirstThread();
        TimeSpan wait = TimeSpan.Zero;
        int calls = 0;
        var queues = new List<LoopbackSendQueue>();
        while (!_stopping)
        {
            if (wait != TimeSpan.Zero)
            {
                _ = Futex.Wait(Word, calls, wait == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : wait);
            }

            calls = Volatile.Read(ref _calls[0]);
            queues.Clear();
            lock (_lock)
            {
                queues.AddRange(_work);
            }

            wait = Timeout.InfiniteTimeSpan;
            foreach (LoopbackSendQueue queue in queues)
            {
                wait = Shorter(wait, RunOne(queue));
            }
        }
    }

    private int* Word => (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_calls));

    private void Call()
    {
        Interlocked.Increment(ref _calls[0]);
        Futex.Wake(Word, 1);
    }

    private TimeSpan RunOne(LoopbackSendQueue queue)
    {
        TimeSpan next = queue.RunOnEngine();
        if (next != Timeout.InfiniteTimeSpan)
        {
            return next;
        }

        lock (_lock)
        {
            _work.Remove(queue);
        }

        // Work that came between the last look and the removal did not announce itself again.
        if (queue.HasPending)
        {
            lock (_lock)
            {
                _work.Add(queue);
            }

            return TimeSpan.Zero;
        }

        return next;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) =>
        a == Timeout.InfiniteTimeSpan ? b : b == Timeout.InfiniteTimeSpan ? a : a < b ? a : b;
}
