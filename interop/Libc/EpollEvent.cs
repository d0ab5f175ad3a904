using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct epoll_event</c> everywhere but on x86-64; <c>data</c> is its union seen as 64 bits.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct EpollEvent
{
    internal uint events;
    internal ulong data;
}
