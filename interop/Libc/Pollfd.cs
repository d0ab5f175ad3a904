using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Pollfd
{
    internal int fd;
    internal short events;
    internal short revents;
}
