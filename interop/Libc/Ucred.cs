using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct ucred</c>, a peer as the kernel knows it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Ucred
{
    internal int pid;
    internal uint uid;
    internal uint gid;
}
