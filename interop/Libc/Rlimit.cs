using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct rlimit</c> with 64-bit fields.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Rlimit
{
    internal ulong rlim_cur;
    internal ulong rlim_max;
}
