using System.Diagnostics;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Providers.Devices;

/// <summary>An event channel: a descriptor of the device's that becomes readable when an armed JFC has a completion, and one that wakes the waiter.</summary>
internal abstract unsafe class DeviceJfce : Jfce
{
    // A device may have several descriptors of which one is shown: the others are looked at so often.
    private const int SliceMilliseconds = 1000;

    private readonly DeviceObjects _objects;
    private readonly int _nudge;
    private readonly Jfc[] _one = new Jfc[1];
    private volatile DeviceJfc[] _members = [];
    private volatile bool _disposed;
    private int _waiters;

    private protected DeviceJfce(UrmaContext context, DeviceObjects objects)
        : base(context)
    {
        _objects = objects;
        _nudge = Libc.Eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (_nudge < 0)
        {
            LinuxError.ThrowLast("make an event descriptor");
        }
    }

    /// <summary>The device's descriptor.</summary>
    private protected abstract int Descriptor { get; }

    private protected ReadOnlySpan<DeviceJfc> Members => _members;

    private protected Lock Lock { get; } = new();

    public void Attach(DeviceJfc jfc)
    {
        lock (Lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _members = [.. _members, jfc];
        }
    }

    public void Detach(DeviceJfc jfc)
    {
        lock (Lock)
        {
            KeepEvents();
            _members = [.. _members.Where(m => m != jfc)];
        }

        // What was kept is still to be told.
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
            registration = cancellationToken.UnsafeRegister(static j => ((DeviceJfce)j!).Nudge(), this);
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
        Interlocked.Increment(ref _waiters);
        try
        {
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static j => ((DeviceJfce)j!).Nudge(), this);
            if (!cancellationToken.IsCancellationRequested && !_members[0].HasSpilled)
            {
                _ = Sleep(TimeLimit.After(timeout));
                _ = Collect(_one);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiters);
        }
    }

    /// <summary>Takes events, as far as there is room for their JFCs, without waiting.</summary>
    /// <param name="ready">Where the JFCs go, each once.</param>
    private protected abstract int Collect(Span<Jfc> ready);

    /// <summary>Takes the events of a JFC that goes, where they name nothing afterwards, and remembers those of the others. Under the lock.</summary>
    private protected virtual void KeepEvents()
    {
    }

    /// <summary>Deletes the device's channel; other than 0 where that failed.</summary>
    private protected abstract int DeleteNative();

    /// <summary>For a constructor that fails.</summary>
    private protected void CloseNudge() => _ = Libc.Close(_nudge);

    /// <summary>The JFC whose native object has an address; null where it is no member any more.</summary>
    private protected DeviceJfc? Find(void* native)
    {
        foreach (DeviceJfc member in _members)
        {
            if (member.Handle == (nint)native)
            {
                return member;
            }
        }

        return null;
    }

    private protected static bool Has(ReadOnlySpan<Jfc> ready, Jfc jfc)
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
        descriptors[0] = new Pollfd { fd = Descriptor, events = Libc.POLLIN };
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
        lock (Lock)
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

        _objects.Drop(this);
        var spin = default(SpinWait);
        while (Volatile.Read(ref _waiters) != 0)
        {
            Nudge();
            spin.SpinOnce();
        }

        int error = DeleteNative();
        if (error != 0)
        {
            Trace.TraceWarning($"Deleting a JFCE returned {error}: the device keeps it until the context is closed.");
        }

        CloseNudge();
    }
}
