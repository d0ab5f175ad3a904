using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct sockaddr_un</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SockaddrUn
{
    internal ushort sun_family;
    internal fixed byte sun_path[108];
}
