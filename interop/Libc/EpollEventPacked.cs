using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct epoll_event</c> on x86-64, where the ABI packs it to 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal unsafe struct EpollEventPacked
{
    internal uint events;
    internal ulong data;
}
