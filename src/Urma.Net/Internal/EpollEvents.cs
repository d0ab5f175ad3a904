using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>Reads and writes <c>struct epoll_event</c>, which x86-64 alone packs to 12 bytes.</summary>
internal static unsafe class EpollEvents
{
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The token of the event at an index of the kernel's array.</summary>
    internal static ulong TokenAt(byte* events, int index) =>
        IsPacked ? ((EpollEventPacked*)events)[index].data : ((EpollEvent*)events)[index].data;

    /// <summary>Writes one event; the larger of the two forms must fit.</summary>
    internal static void Write(byte* destination, uint interest, ulong token)
    {
        if (IsPacked)
        {
            *(EpollEventPacked*)destination = new EpollEventPacked { events = interest, data = token };
        }
        else
        {
            *(EpollEvent*)destination = new EpollEvent { events = interest, data = token };
        }
    }
}
