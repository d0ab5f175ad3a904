using System.Diagnostics;
using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>Waits on the doorbells of several JFCs at once.</summary>
/// <remarks>
/// The waiter touches nothing of a JFC but its doorbell, so others may poll, create and close JFCs meanwhile: a change of the
/// members nudges the waiter, and a JFC that leaves stays until the waiter has let go of it.
/// <para>
/// Events are taken in the order in which they came. What a queue has delivered may be answered before the queue's own completion is written:
/// such a completion counts from when its request began, and whoever takes events gives queues that are at work a moment to write it.
/// </para>
/// </remarks>
internal sealed unsafe class LoopbackJfce : Jfce
{
    // One word is our own.
    private const int MaxMembers = FutexSet.MaxWords - 1;

    // A thread that is stopped in the middle of a post, or has much to copy, does not hold up the events of others for long.
    private static readonly TimeSpan QueuesBound = TimeSpan.FromMilliseconds(20);

    // Who waits for events wants to sleep: a few yields are for who shares the processor with the sender.
    private const int YieldsBeforeSleep = 4;

    private readonly LoopbackContext _context;
    private readonly Lock _lock = new();
    private readonly FutexSet _words = new(FutexSet.MaxWords);
    private readonly int* _nudge = (int*)NativeMemory.AllocZeroed(sizeof(int));
    private volatile LoopbackJfc[] _members = [];
    private volatile LoopbackJfc[]? _watched;
    private volatile bool _disposed;
    private AdaptiveWait _wait = new();

    public LoopbackJfce(LoopbackContext context)
        : base(context)
    {
        _context = context;
    }

    public void Attach(LoopbackJfc jfc)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_members.Length == MaxMembers)
            {
                throw new UrmaException(UrmaStatus.OutOfMemory, $"A JFCE serves at most {MaxMembers} JFCs: use another.");
            }

            _members = [.. _members, jfc];
            Nudge();
        }
    }

    /// <summary>Returns when the waiter does not look at the JFC any more.</summary>
    public void Detach(LoopbackJfc jfc)
    {
        lock (_lock)
        {
            _members = [.. _members.Where(m => m != jfc)];
        }

        LetGo(watched => Array.IndexOf(watched, jfc) >= 0);
    }

    public override int Wait(Span<Jfc> ready, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long deadline = TimeLimit.After(timeout);
        while (true)
        {
            // Another thread may have taken what this one was woken for.
            bool isDue = WaitUntilDue(ready.IsEmpty ? 0 : deadline, looksFirst: timeout != TimeSpan.Zero, cancellationToken);
            int found = Take(ready);
            if (found != 0 || !isDue || ready.IsEmpty)
            {
                return found;
            }
        }
    }

    /// <summary>Waits until an event is there, and leaves it. One thread at a time.</summary>
    /// <param name="deadline">From <see cref="TimeLimit"/>.</param>
    /// <param name="looksFirst">Whether it may look for a few microseconds before it sleeps, while that has paid lately.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False after the deadline.</returns>
    public bool WaitUntilDue(long deadline, bool looksFirst, CancellationToken cancellationToken)
    {
        CancellationTokenRegistration registration = default;
        _watched = [];
        try
        {
            // Whoever disposes this waits from here on until the waiter has left.
            Interlocked.MemoryBarrier();
            ObjectDisposedException.ThrowIf(_disposed, this);
            registration = cancellationToken.UnsafeRegister(static jfce => ((LoopbackJfce)jfce!).Nudge(), this);
            while (true)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                cancellationToken.ThrowIfCancellationRequested();
                int nudge = Volatile.Read(ref *_nudge);
                LoopbackJfc[] members = Watch();
                if (IsDue(members))
                {
                    return true;
                }

                if (TimeLimit.HasPassed(deadline))
                {
                    return false;
                }

                if (looksFirst)
                {
                    looksFirst = false;
                    if (_wait.Look(new EventLook(this, members, nudge), YieldsBeforeSleep, members.Length))
                    {
                        continue;
                    }
                }

                long begin = Stopwatch.GetTimestamp();
                Sleep(members, nudge, deadline);
                _wait.EndedSleeping(Stopwatch.GetTimestamp() - begin, IsDue(members));
            }
        }
        finally
        {
            // A cancellation that is running still nudges.
            registration.Dispose();
            _watched = null;
        }
    }

    /// <summary>Takes the events that are there, in the order in which they came; never waits for one. Any thread.</summary>
    /// <param name="ready">Where the JFCs go.</param>
    /// <param name="times">When their events came, as <see cref="Stopwatch.GetTimestamp"/>; as long, or empty.</param>
    /// <returns>How many.</returns>
    public int Take(Span<Jfc> ready, Span<long> times = default)
    {
        int found = 0;
        lock (_lock)
        {
            if (_members.Length > 1 && IsDue(_members))
            {
                AwaitQueues();
            }

            while (found < ready.Length && Earliest(out long time) is { } jfc)
            {
                jfc.TakeEvent();
                if (!times.IsEmpty)
                {
                    times[found] = time;
                }

                ready[found++] = jfc;
            }
        }

        return found;
    }

    private void AwaitQueues()
    {
        long deadline = TimeLimit.After(QueuesBound);
        foreach (LoopbackJfc member in _members)
        {
            if (member.AwaitsEvent)
            {
                member.AwaitQueues(deadline);
            }
        }
    }

    private LoopbackJfc? Earliest(out long time)
    {
        LoopbackJfc? earliest = null;
        time = 0;
        foreach (LoopbackJfc member in _members)
        {
            if (member.IsEventDue && member.EventTime is var its && (earliest is null || its < time))
            {
                (earliest, time) = (member, its);
            }
        }

        return earliest;
    }

    // Whoever changes the members and whoever watches them make their own step visible before they look at the other's.
    private LoopbackJfc[] Watch()
    {
        LoopbackJfc[] members;
        do
        {
            members = _members;
            _watched = members;
            Interlocked.MemoryBarrier();
        }
        while (members != _members);
        return members;
    }

    private void Sleep(LoopbackJfc[] members, int nudge, long deadline)
    {
        _words.Clear();
        _words.Add(_nudge, nudge);
        foreach (LoopbackJfc member in members)
        {
            _words.Add(member.Doorbell.Word, member.Doorbell.BeginEventSleep());
        }

        if (!IsDue(members))
        {
            _words.Wait(TimeLimit.Left(deadline));
        }

        foreach (LoopbackJfc member in members)
        {
            member.Doorbell.EndEventSleep();
        }
    }

    private static bool IsDue(LoopbackJfc[] members)
    {
        foreach (LoopbackJfc member in members)
        {
            if (member.IsEventDue)
            {
                return true;
            }
        }

        return false;
    }

    private void Nudge()
    {
        Interlocked.Increment(ref *_nudge);
        Futex.Wake(_nudge, int.MaxValue);
    }

    private void LetGo(Func<LoopbackJfc[], bool> concerns)
    {
        Interlocked.MemoryBarrier();
        var spin = default(SpinWait);
        while (_watched is { } watched && concerns(watched))
        {
            Nudge();
            spin.SpinOnce();
        }
    }

    private protected override void DisposeCore()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            if (_members.Length != 0)
            {
                throw new UrmaException(UrmaStatus.Failed, "JFCs still use this JFCE: dispose them first.");
            }

            _disposed = true;
        }

        LetGo(static _ => true);
        _context.Remove(this);
        NativeMemory.Free(_nudge);
    }

    private readonly struct EventLook(LoopbackJfce jfce, LoopbackJfc[] members, int nudge) : IReadiness
    {
        public bool IsReady => IsDue(members) || Volatile.Read(ref *jfce._nudge) != nudge;
    }
}
