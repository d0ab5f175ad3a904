using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct timespec</c> with 64-bit fields, as the 64-bit kernels read it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Timespec
{
    internal long tv_sec;
    internal long tv_nsec;
}
