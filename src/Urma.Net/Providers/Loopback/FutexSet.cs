using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>Sleeps on several futex words at once (futex_waitv, Linux 5.16; in short slices on the first word where it is missing).</summary>
internal sealed unsafe class FutexSet
{
    public const int MaxWords = 128;

    private const int FutexWaitvNumber = 449;
    private const uint Size32 = 2;
    private const int ClockMonotonic = 1;

    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(1);
    private readonly Waiter[] _waiters;
    private int _count;

    public FutexSet(int capacity)
    {
        _waiters = new Waiter[capacity];
    }

    public void Clear() => _count = 0;

    public void Add(int* word, int expected) =>
        _waiters[_count++] = new Waiter { Expected = (uint)expected, Address = (ulong)word, Flags = Size32 };

    public void Wait(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            timeout = TimeSpan.FromHours(1);
        }

        if (_count == 0)
        {
            Thread.Sleep(timeout < Slice ? timeout : Slice);
            return;
        }

        Timespec now;
        _ = Libc.ClockGettime(ClockMonotonic, &now);
        long nanoseconds = now.tv_nsec + (timeout.Ticks % TimeSpan.TicksPerSecond * 100);
        var until = new Timespec
        {
            tv_sec = now.tv_sec + (timeout.Ticks / TimeSpan.TicksPerSecond) + (nanoseconds / 1_000_000_000),
            tv_nsec = nanoseconds % 1_000_000_000,
        };
        fixed (Waiter* waiters = _waiters)
        {
            nint result = Libc.Syscall(FutexWaitvNumber, (nint)waiters, _count, 0, (nint)(&until), ClockMonotonic, 0);
            if (result < 0 && Marshal.GetLastPInvokeError() == Libc.ENOSYS)
            {
                Futex.Wait((int*)_waiters[0].Address, (int)_waiters[0].Expected, timeout < Slice ? timeout : Slice);
            }
        }
    }

    [StructLayout(LayoutKind.Sequential, Size = 24)]
    private struct Waiter
    {
        public ulong Expected;
        public ulong Address;
        public uint Flags;
        public uint Reserved;
    }
}
