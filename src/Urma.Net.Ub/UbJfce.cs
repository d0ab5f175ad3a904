using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>An event channel: a descriptor that becomes readable when an armed JFC has a completion.</summary>
internal sealed unsafe class UbJfce : Jfce
{
    private const int MaxEvents = 64;

    // A bonding device has several descriptors of which one is shown: the others are looked at so often.
    private const int SliceMilliseconds = 1000;

    private readonly UbContext _context;
    private readonly Lock _lock = new();
    private readonly int _nudge;
    private readonly Jfc[] _one = new Jfc[1];
    private volatile UbJfc[] _members = [];
    private urma_jfce_t* _native;
    private volatile bool _disposed;
    private int _waiters;

    public UbJfce(UbContext context)
        : base(context)
    {
        _context = context;
        Marshal.SetLastSystemError(0);
        _native = Liburma.urma_create_jfce(context.Native);
        int error = Marshal.GetLastSystemError();
        if (_native == null)
        {
            throw UbError.FromErrno(error, "create a JFCE");
        }

        _nudge = Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (_nudge < 0)
        {
            _ = Liburma.urma_delete_jfce(_native);
            LinuxError.ThrowLast("make an event descriptor");
        }
    }

    public urma_jfce_t* Native => _native;

    public void Attach(UbJfc jfc)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _members = [.. _members, jfc];
        }
    }

    public void Detach(UbJfc jfc)
    {
        lock (_lock)
        {
            _members = [.. _members.Where(m => m != jfc)];
        }
    }

    /// <summary>Has a waiter look again. Any thread.</summary>
    public void Nudge()
    {
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
            registration = cancellationToken.UnsafeRegister(static j => ((UbJfce)j!).Nudge(), this);
            while (true)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                cancellationToken.ThrowIfCancellationRequested();
                int found = Collect(ready);
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
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static j => ((UbJfce)j!).Nudge(), this);
        if (!cancellationToken.IsCancellationRequested)
        {
            _ = Sleep(TimeLimit.After(timeout));
            _ = Collect(_one);
        }
    }

    private int Collect(Span<Jfc> ready)
    {
        UbJfc[] members = _members;
        int found = 0;
        foreach (UbJfc member in members)
        {
            if (found < ready.Length && member.HasSpilled)
            {
                ready[found++] = member;
            }
        }

        int most = Math.Min(ready.Length - found, MaxEvents);
        if (most == 0 || members.Length == 0)
        {
            return found;
        }

        urma_jfc_t** events = stackalloc urma_jfc_t*[MaxEvents];
        int count = Liburma.urma_wait_jfc(_native, (uint)most, 0, events);
        if (count <= 0)
        {
            return found;
        }

        uint* acknowledged = stackalloc uint[MaxEvents];
        new Span<uint>(acknowledged, count).Fill(1);
        Liburma.urma_ack_jfc(events, acknowledged, (uint)count);
        for (int i = 0; i < count; i++)
        {
            foreach (UbJfc member in members)
            {
                if (member.Native == events[i] && !Has(ready[..found], member))
                {
                    ready[found++] = member;
                }
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
        descriptors[0] = new Pollfd { fd = _native->fd, events = Libc.POLLIN };
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

        int status = (int)Liburma.urma_delete_jfce(_native);
        if (status != 0)
        {
            System.Diagnostics.Trace.TraceWarning($"Deleting a JFCE returned {status}: the device keeps it until the context is closed.");
        }

        _ = Libc.Close(_nudge);
    }
}
