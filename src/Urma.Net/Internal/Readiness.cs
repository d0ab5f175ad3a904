using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>Waits for one descriptor. For control paths; engines use <see cref="Epoller"/>.</summary>
internal static unsafe class Readiness
{
    /// <summary>Waits until a read would not block (data, a connection, an exit, a hang-up, an error).</summary>
    /// <returns>False when the deadline passed first.</returns>
    internal static bool WaitForRead(int descriptor, Deadline deadline) => Wait(descriptor, Libc.POLLIN, deadline);

    /// <summary>Waits until a write would not block (room, a hang-up, an error).</summary>
    /// <returns>False when the deadline passed first.</returns>
    internal static bool WaitForWrite(int descriptor, Deadline deadline) => Wait(descriptor, Libc.POLLOUT, deadline);

    private static bool Wait(int descriptor, short events, Deadline deadline)
    {
        while (true)
        {
            Pollfd poll = new() { fd = descriptor, events = events };
            int ready = Libc.Poll(&poll, 1, deadline.RemainingMilliseconds);
            if (ready > 0)
            {
                return true;
            }

            if (ready < 0 && Marshal.GetLastPInvokeError() != Libc.EINTR)
            {
                LinuxError.ThrowLast("wait for a descriptor");
            }

            if (deadline.HasPassed)
            {
                return false;
            }
        }
    }
}
