using System.Collections.Concurrent;
using System.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>One parked thread that serves descriptors, timers and posted work, one callback at a time.</summary>
/// <remarks>Thread-safe except where it says "fabric thread only".</remarks>
internal sealed class FabricLoop : IDisposable
{
    private const int LongestSleepMilliseconds = 60_000;
    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan JoinBound = TimeSpan.FromSeconds(5);

    private readonly Epoller _epoller = new();
    private readonly ConcurrentDictionary<ulong, IFabricSource> _sources = new();
    private readonly Lock _postGate = new();
    private readonly Queue<Action> _posted = new();
    private readonly PriorityQueue<Action, long> _timers = new();
    private readonly Func<TimeSpan> _tick;
    private readonly Action _exit;
    private readonly Thread _thread;
    private ulong _lastToken;
    private volatile bool _stopping;
    private int _started;
    private int _wakePending;
    private bool _finished;
    private bool _ended;

    /// <summary>Prepares a thread.</summary>
    /// <param name="tick">Called after each round; returns the longest sleep.</param>
    /// <param name="exit">Called on the thread before it ends.</param>
    internal FabricLoop(Func<TimeSpan> tick, Action exit)
    {
        _tick = tick;
        _exit = exit;
        _thread = new Thread(Run) { IsBackground = true, Name = "urma-fabric" };
    }

    /// <summary>Whether the caller runs on this thread.</summary>
    internal bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Whether no callback runs or will run any more.</summary>
    internal bool HasEnded => Volatile.Read(ref _ended);

    /// <summary>Starts the thread.</summary>
    internal void Start()
    {
        _started = 1;
        using (ExecutionContext.SuppressFlow())
        {
            _thread.Start();
        }
    }

    /// <summary>Watches a descriptor.</summary>
    /// <returns>The token for <see cref="WatchWritable"/> and <see cref="Remove"/>.</returns>
    internal ulong Add(int descriptor, IFabricSource source)
    {
        ulong token = Interlocked.Increment(ref _lastToken);
        _sources[token] = source;
        try
        {
            _epoller.Add(descriptor, token);
        }
        catch
        {
            _sources.TryRemove(token, out _);
            throw;
        }

        return token;
    }

    /// <summary>Also reports (or no longer) when there is room for sending.</summary>
    internal void WatchWritable(int descriptor, ulong token, bool writable) => _epoller.Modify(descriptor, token, writable);

    /// <summary>Stops watching; call before the descriptor is closed.</summary>
    internal void Remove(int descriptor, ulong token)
    {
        if (_sources.TryRemove(token, out _))
        {
            _epoller.Remove(descriptor);
        }
    }

    /// <summary>Runs something on the thread.</summary>
    /// <returns>False when the thread has ended: it will not run.</returns>
    internal bool Post(Action work)
    {
        lock (_postGate)
        {
            if (_finished)
            {
                return false;
            }

            _posted.Enqueue(work);
        }

        Wake();
        return true;
    }

    /// <summary>Runs something on the thread later. Fabric thread only.</summary>
    internal void Schedule(TimeSpan delay, Action work) =>
        _timers.Enqueue(work, Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency));

    /// <summary>Ends the thread's sleep; does nothing after its end.</summary>
    internal void Wake()
    {
        if (Interlocked.Exchange(ref _wakePending, 1) != 0)
        {
            return;
        }

        try
        {
            _epoller.Wake();
        }
        catch (ObjectDisposedException)
        {
            // The thread has ended: there is nobody to wake.
        }
    }

    /// <summary>
    /// Ends the thread and waits for its end; called on it, it ends after the current callback. The wait is bounded by five
    /// seconds: a callback that takes longer delays the end, not the caller.
    /// </summary>
    public void Dispose()
    {
        _stopping = true;
        if (_started == 0)
        {
            Finish();
            return;
        }

        Wake();
        if (!IsCurrent)
        {
            _thread.Join(JoinBound);
        }
    }

    private void Run()
    {
        CpuAffinity.FollowFirstThread();
        Span<ulong> ready = stackalloc ulong[Epoller.MaximumReady];
        int sleep = 0;
        while (!_stopping)
        {
            try
            {
                int count = _epoller.Wait(ready, sleep, out bool woken);
                if (woken)
                {
                    // Before looking at what there is to do, or a wake-up in between would be lost.
                    Interlocked.Exchange(ref _wakePending, 0);
                }

                Serve(ready[..count]);
                sleep = NextSleep(_tick());
            }
#pragma warning disable CA1031 // one bad callback must not end the service of all peers
            catch (Exception error)
            {
                // Whatever keeps failing must neither become a busy loop nor keep the others from their turn for long.
                Trace.TraceError($"The fabric thread caught an error: {error}");
                Thread.Sleep(ErrorPause);
                sleep = 0;
            }
#pragma warning restore CA1031
        }

        Finish();
    }

    private void Serve(ReadOnlySpan<ulong> ready)
    {
        foreach (ulong token in ready)
        {
            // A callback of this round may have removed a later source of the same round.
            if (!_stopping && _sources.TryGetValue(token, out IFabricSource? source))
            {
                source.OnReady();
            }
        }

        RunPosted();
        while (!_stopping && _timers.TryPeek(out Action? work, out long due) && due <= Stopwatch.GetTimestamp())
        {
            _timers.Dequeue();
            work();
        }
    }

    private void RunPosted()
    {
        while (true)
        {
            Action? work;
            lock (_postGate)
            {
                if (!_posted.TryDequeue(out work))
                {
                    return;
                }
            }

            work();
        }
    }

    private int NextSleep(TimeSpan limit)
    {
        double sleep = limit < TimeSpan.Zero ? LongestSleepMilliseconds : limit.TotalMilliseconds;
        if (_timers.TryPeek(out _, out long due))
        {
            sleep = Math.Min(sleep, Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due).TotalMilliseconds);
        }

        return (int)Math.Ceiling(Math.Clamp(sleep, 0, LongestSleepMilliseconds));
    }

    private void Finish()
    {
        lock (_postGate)
        {
            _finished = true;
        }

        try
        {
            // What was accepted is run, so that the exit finds every object in its place and releases it.
            RunPosted();
            _exit();
        }
#pragma warning disable CA1031 // the descriptors below must be closed whatever happens
        catch (Exception error)
        {
            Trace.TraceError($"The fabric thread caught an error at its end: {error}");
        }
#pragma warning restore CA1031

        _sources.Clear();
        _epoller.Dispose();
        Volatile.Write(ref _ended, true);
    }
}
