using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>Which NUMA node processors and pages belong to, as far as the kernel tells.</summary>
internal static unsafe class NumaNodes
{
    private const int Samples = 16;

    /// <summary>The node of the processor the calling thread runs on; null where the kernel does not tell.</summary>
    public static int? OfThisThread()
    {
        uint processor;
        uint node;
        return Libc.Syscall(Libc.SYS_getcpu.Here, (nint)(&processor), (nint)(&node), 0, 0, 0, 0) == 0 ? (int)node : null;
    }

    /// <summary>The node of pages mapped here; null where the kernel does not tell or samples lie on several.</summary>
    public static int? OfPages(byte* start, long length)
    {
        int count = (int)Math.Min(Samples, (length + PageSize.Bytes - 1) / PageSize.Bytes);
        if (count <= 0)
        {
            return null;
        }

        nint* pages = stackalloc nint[count];
        int* nodes = stackalloc int[count];
        for (int i = 0; i < count; i++)
        {
            // The kernel knows only of pages that this process has touched.
            byte* at = start + (length / count * i);
            _ = Volatile.Read(ref *at);
            pages[i] = (nint)((ulong)at & ~((ulong)PageSize.Bytes - 1));
        }

        if (Libc.Syscall(Libc.SYS_move_pages.Here, 0, count, (nint)pages, 0, (nint)nodes, 0) != 0)
        {
            return null;
        }

        int? only = nodes[0];
        for (int i = 0; i < count; i++)
        {
            only = nodes[i] < 0 || nodes[i] != only ? null : only;
        }

        return only;
    }
}
