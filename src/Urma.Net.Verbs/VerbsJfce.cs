using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>An event channel: a descriptor that becomes readable when an armed JFC has a completion.</summary>
internal sealed unsafe class VerbsJfce : Jfce
{
    private const int SliceMilliseconds = 1000;

    private readonly VerbsContext _context;
    private readonly Lock _lock = new();
    private readonly int _nudge;
    private readonly Jfc[] _one = new Jfc[1];
    private volatile VerbsJfc[] _members = [];
    private volatile bool _disposed;
    private int _waiters;

    public VerbsJfce(VerbsContext context)
        : base(context)
    {
        _context = context;
        Marshal.SetLastSystemError(0);
        Native = Libibverbs.ibv_create_comp_channel(context.Native);
        int error = Marshal.GetLastSystemError();
        if (Native == null)
        {
            throw VerbsError.FromErrno(error, "create a JFCE");
        }

        _nudge = Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (_nudge < 0 || !TryMakeNonBlocking(Native->fd))
        {
            int reason = Marshal.GetLastPInvokeError();
            _ = Libibverbs.ibv_destroy_comp_channel(Native);
            throw VerbsError.FromErrno(reason, "make an event descriptor");
        }
    }

    public ibv_comp_channel* Native { get; }

    public void Attach(VerbsJfc jfc)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _members = [.. _members, jfc];
        }
    }

    public void Detach(VerbsJfc jfc)
    {
        lock (_lock)
        {
            // An event of a JFC that goes must be taken before: afterwards it names nothing.
            _ = Collect(default);
            _members = [.. _members.Where(m => m != jfc)];
        }

        // What the others' events were taken for is still to be told.
        Nudge();
    }

    /// <summary>Has a waiter look again. Any thread.</summary>
    public void Nudge()
    {
        // What was told before must be seen by a waiter that this does not see.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _waiters) == 0)
        {
            return;
        }

        ulong one = 1;
        _ = Libc.Write(_nudge, &one, sizeof(ulong));
    }

    public override int Wait(Span<Jfc> ready, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long deadline = TimeLimit.After(timeout);

        // Whoever disposes this waits from here on until the waiter has left.
        Interlocked.Increment(ref _waiters);
        CancellationTokenRegistration registration = default;
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            registration = cancellationToken.UnsafeRegister(static j => ((VerbsJfce)j!).Nudge(), this);
            while (true)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                cancellationToken.ThrowIfCancellationRequested();
                int found = CollectReady(ready);
                if (found != 0 || ready.IsEmpty || !Sleep(deadline))
                {
                    return found;
                }
            }
        }
        finally
        {
            // A cancellation that is running still nudges.
            registration.Dispose();
            Interlocked.Decrement(ref _waiters);
        }
    }

    /// <summary>Sleeps until an event of the one JFC this channel was made for, and takes the event.</summary>
    public void WaitFor(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiters);
        try
        {
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static j => ((VerbsJfce)j!).Nudge(), this);
            if (!cancellationToken.IsCancellationRequested && !_members[0].HasSpilled)
            {
                _ = Sleep(TimeLimit.After(timeout));
                lock (_lock)
                {
                    _ = Collect(_one);
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiters);
        }
    }

    private int CollectReady(Span<Jfc> ready)
    {
        int found = 0;
        foreach (VerbsJfc member in _members)
        {
            if (found < ready.Length && member.TakeEvent())
            {
                ready[found++] = member;
            }
        }

        if (found != 0)
        {
            return found;
        }

        lock (_lock)
        {
            return Collect(ready);
        }
    }

    // Takes events while there is room for their JFCs; all where nobody wants to know.
    private int Collect(Span<Jfc> ready)
    {
        int found = 0;
        ibv_cq* queue;
        void* ignored;
        while ((found < ready.Length || ready.IsEmpty) && Libibverbs.ibv_get_cq_event(Native, &queue, &ignored) == 0)
        {
            bool isKnown = false;
            foreach (VerbsJfc member in _members)
            {
                if (member.Native != queue)
                {
                    continue;
                }

                isKnown = true;
                member.CountEvent();
                if (ready.IsEmpty)
                {
                    member.KeepEvent();
                }
                else if (!Has(ready[..found], member))
                {
                    ready[found++] = member;
                }
            }

            if (!isKnown)
            {
                // Of one that is going: destroying it waits until its events are acknowledged.
                Libibverbs.ibv_ack_cq_events(queue, 1);
            }
        }

        return found;
    }

    private static bool Has(ReadOnlySpan<Jfc> ready, Jfc jfc)
    {
        foreach (Jfc one in ready)
        {
            if (one == jfc)
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryMakeNonBlocking(int descriptor)
    {
        int flags = Libc.Fcntl(descriptor, Libc.F_GETFL, 0);
        return flags >= 0 && Libc.Fcntl(descriptor, Libc.F_SETFL, flags | Libc.O_NONBLOCK) >= 0;
    }

    // False after the deadline.
    private bool Sleep(long deadline)
    {
        TimeSpan left = TimeLimit.Left(deadline);
        if (left == TimeSpan.Zero)
        {
            return false;
        }

        int slice = left == Timeout.InfiniteTimeSpan ? SliceMilliseconds : (int)Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 1, SliceMilliseconds);
        Pollfd* descriptors = stackalloc Pollfd[2];
        descriptors[0] = new Pollfd { fd = Native->fd, events = Libc.POLLIN };
        descriptors[1] = new Pollfd { fd = _nudge, events = Libc.POLLIN };
        if (Libc.Poll(descriptors, 2, slice) > 0 && descriptors[1].revents != 0)
        {
            ulong value;
            _ = Libc.Read(_nudge, &value, sizeof(ulong));
        }

        return true;
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

        _context.Drop(this);
        var spin = default(SpinWait);
        while (Volatile.Read(ref _waiters) != 0)
        {
            Nudge();
            spin.SpinOnce();
        }

        int error = Libibverbs.ibv_destroy_comp_channel(Native);
        if (error != 0)
        {
            System.Diagnostics.Trace.TraceWarning($"Destroying a JFCE returned {error}: the device keeps it until the context is closed.");
        }

        _ = Libc.Close(_nudge);
    }
}
