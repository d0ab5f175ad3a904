using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

/// <summary>C: <c>struct procmap_query</c> of <c>linux/fs.h</c> (Linux 6.11), asking for one mapping by address.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProcmapQuery
{
    internal ulong size;
    internal ulong query_flags;
    internal ulong query_addr;
    internal ulong vma_start;
    internal ulong vma_end;
    internal ulong vma_flags;
    internal ulong vma_page_size;
    internal ulong vma_offset;
    internal ulong inode;
    internal uint dev_major;
    internal uint dev_minor;
    internal uint vma_name_size;
    internal uint build_id_size;
    internal ulong vma_name_addr;
    internal ulong build_id_addr;
}
