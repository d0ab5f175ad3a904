using Urma.Net.Internal;

namespace Urma.Net.Async;

/// <summary>One thread that sleeps until an armed JFC has a completion, then lets its owner poll.</summary>
/// <remarks>
/// Armed by the owner: poll empty, <see cref="Jfc.Rearm"/>, poll once more. An event is taken once; the owner arms again while
/// something of its is pending. While nothing is armed the thread sleeps.
/// </remarks>
internal sealed class CompletionPump : IDisposable
{
    // A waiter on several JFCs sleeps on one futex word each, and the kernel takes 128 of them at once; some are the provider's.
    public const int MaxTargets = 100;

    // Only while somebody else polls a JFC that had an event: they take the completions, we arm again afterwards.
    private static readonly TimeSpan BusyRetry = TimeSpan.FromMilliseconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _startLock = new();
    private volatile Thread? _thread;
    private bool _stopped;

    public CompletionPump(UrmaContext context)
    {
        Jfce = context.CreateJfce();
    }

    public Jfce Jfce { get; }

    /// <summary>How many JFCs it serves; guarded by the owner of the pumps.</summary>
    public int Targets { get; set; }

    /// <summary>Makes sure that somebody listens. Call before arming a JFC.</summary>
    public void Start()
    {
        if (_thread is null)
        {
            StartThread();
        }
    }

    /// <summary>Ends the thread. All JFCs must be gone.</summary>
    public void Dispose()
    {
        Thread? thread;
        lock (_startLock)
        {
            _stopped = true;
            thread = _thread;
        }

        _stop.Cancel();
        if (thread is not null && Thread.CurrentThread != thread)
        {
            thread.Join();
        }

        // On the pump's own thread, in code that runs inline after an await: the thread ends when that code returns.
        Jfce.Dispose();
    }

    private void StartThread()
    {
        lock (_startLock)
        {
            if (_thread is null && !_stopped)
            {
                var thread = new Thread(Run) { IsBackground = true, Name = "urma-pump" };
                thread.UnsafeStart();
                _thread = thread;
            }
        }
    }

    private void Run()
    {
        CpuAffinity.FollowFirstThread();
        var ready = new Jfc[MaxTargets];
        var busy = new List<IPumpTarget>();
        CancellationToken stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            int count;
            try
            {
                count = Jfce.Wait(ready, busy.Count == 0 ? Timeout.InfiniteTimeSpan : BusyRetry, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            for (int i = busy.Count - 1; i >= 0; i--)
            {
                if (busy[i].OnReady())
                {
                    busy.RemoveAt(i);
                }
            }

            for (int i = 0; i < count; i++)
            {
                if (ready[i].PumpTarget is { } target && !target.OnReady() && !busy.Contains(target))
                {
                    busy.Add(target);
                }
            }
        }
    }
}
