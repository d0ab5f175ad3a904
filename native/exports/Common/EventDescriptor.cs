using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Exports;

/// <summary>A descriptor that programs wait for in poll or epoll: readable from <see cref="Raise"/> to <see cref="Clear"/>. Thread-safe.</summary>
internal sealed unsafe class EventDescriptor : IDisposable
{
    private const int MaxSlice = int.MaxValue;

    // Left blocking, so that a program can say with fcntl that it does not want to wait.
    public EventDescriptor()
    {
        Number = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
        if (Number < 0)
        {
            LinuxError.ThrowLast("create an event descriptor");
        }
    }

    public int Number { get; }

    /// <summary>Whether the program set O_NONBLOCK.</summary>
    public bool IsNonBlocking => (Libc.Fcntl(Number, Libc.F_GETFL, 0) & Libc.O_NONBLOCK) != 0;

    public void Raise()
    {
        ulong one = 1;
        _ = Libc.Write(Number, &one, sizeof(ulong));
    }

    public void Clear()
    {
        ulong count;
        if (Wait(TimeLimit.After(TimeSpan.Zero)))
        {
            _ = Libc.Read(Number, &count, sizeof(ulong));
        }
    }

    /// <summary>Waits until it is readable.</summary>
    /// <param name="deadline">From <see cref="TimeLimit"/>.</param>
    /// <returns>False after the deadline.</returns>
    public bool Wait(long deadline)
    {
        var descriptor = new Pollfd { fd = Number, events = Libc.POLLIN };
        while (true)
        {
            TimeSpan left = TimeLimit.Left(deadline);
            int slice = left == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Min(MaxSlice, Math.Ceiling(left.TotalMilliseconds));
            int ready = Libc.Poll(&descriptor, 1, slice);
            if (ready > 0)
            {
                return true;
            }

            if (ready == 0 || Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                return false;
            }
        }
    }

    public void Dispose() => _ = Libc.Close(Number);
}
