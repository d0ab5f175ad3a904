using System.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Verbs.Control;

/// <summary>A few threads that run what may take long; started when needed, gone when idle.</summary>
/// <remarks>
/// Not the process's pool: a program that fills that one with calls that wait for other engines would have nobody left to answer them.
/// </remarks>
internal sealed class WorkerPool(int maximum) : IDisposable
{
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan JoinBound = TimeSpan.FromSeconds(5);

    [ThreadStatic]
    private static bool t_isWorker;

    private readonly object _gate = new();
    private readonly Queue<Action> _work = new();
    private readonly HashSet<Thread> _threads = [];
    private int _idle;
    private bool _closed;

    /// <summary>Whether the caller is a worker of any control plane.</summary>
    public static bool IsCurrent => t_isWorker;

    /// <summary>Runs something soon; never after <see cref="Dispose"/>.</summary>
    public void Run(Action work)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _work.Enqueue(work);
            if (_idle >= _work.Count || _threads.Count == maximum)
            {
                Monitor.Pulse(_gate);
                return;
            }

            var thread = new Thread(Work) { IsBackground = true, Name = "urma-control" };
            _threads.Add(thread);
            using (ExecutionContext.SuppressFlow())
            {
                thread.Start();
            }
        }
    }

    /// <summary>Drops what has not begun, and takes no more.</summary>
    public void Drop()
    {
        lock (_gate)
        {
            _closed = true;
            _work.Clear();
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>As <see cref="Drop"/>; then waits, at most five seconds, for what has begun. A worker that calls it does not wait for itself.</summary>
    public void Dispose()
    {
        Drop();
        Thread[] threads;
        lock (_gate)
        {
            threads = [.. _threads];
        }

        Deadline deadline = Deadline.After(JoinBound);
        foreach (Thread thread in threads)
        {
            if (thread != Thread.CurrentThread)
            {
                thread.Join(deadline.RemainingMilliseconds);
            }
        }
    }

    private void Work()
    {
        CpuAffinity.FollowFirstThread();
        t_isWorker = true;
        while (Next() is { } work)
        {
            try
            {
                work();
            }
#pragma warning disable CA1031 // one bad callback must not end the service of all peers
            catch (Exception error)
            {
                Trace.TraceError($"A control worker caught an error: {error}");
            }
#pragma warning restore CA1031
        }
    }

    private Action? Next()
    {
        lock (_gate)
        {
            Action? work;
            while (!_work.TryDequeue(out work) && !_closed)
            {
                _idle++;
                bool woken = Monitor.Wait(_gate, IdleTime);
                _idle--;
                if (!woken && _work.Count == 0)
                {
                    break;
                }
            }

            if (work is null)
            {
                _threads.Remove(Thread.CurrentThread);
            }

            return work;
        }
    }
}
