using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct statx</c>, one layout on every architecture; only the fields we read are named.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal unsafe struct Statx
{
    [FieldOffset(0x00)]
    internal uint stx_mask;

    [FieldOffset(0x04)]
    internal uint stx_blksize;

    [FieldOffset(0x14)]
    internal uint stx_uid;

    [FieldOffset(0x1c)]
    internal ushort stx_mode;

    [FieldOffset(0x20)]
    internal ulong stx_ino;

    [FieldOffset(0x28)]
    internal ulong stx_size;

    [FieldOffset(0x30)]
    internal ulong stx_blocks;

    [FieldOffset(0x88)]
    internal uint stx_dev_major;

    [FieldOffset(0x8c)]
    internal uint stx_dev_minor;
}
