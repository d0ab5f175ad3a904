using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Iovec
{
    internal void* iov_base;
    internal nuint iov_len;
}
