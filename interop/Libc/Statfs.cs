using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct statfs</c> on the 64-bit architectures; only the fields we read are named.</summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
internal unsafe struct Statfs
{
    [FieldOffset(0)]
    internal long f_type;

    [FieldOffset(8)]
    internal long f_bsize;
}
