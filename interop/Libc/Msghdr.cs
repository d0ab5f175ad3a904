using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct msghdr</c>. The trailing padding is C's own; the compiler adds it here as there.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Msghdr
{
    internal void* msg_name;
    internal uint msg_namelen;
    internal Iovec* msg_iov;
    internal nuint msg_iovlen;
    internal void* msg_control;
    internal nuint msg_controllen;
    internal int msg_flags;
}
