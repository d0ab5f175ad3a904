using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct cmsghdr</c>, the header of one control message; its data follows.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Cmsghdr
{
    internal nuint cmsg_len;
    internal int cmsg_level;
    internal int cmsg_type;
}
