using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// Zeroed private memory for large tables of which little is used: its own pages, touched only where something is written,
/// and given back whole. The C heap would clear, keep and fragment it.
/// </summary>
internal static unsafe class SparseMemory
{
    /// <summary>Reserves memory that reads as zero; <see cref="Free"/> it with the same length.</summary>
    /// <exception cref="UrmaException">The process may not have so much address space or so many mappings.</exception>
    internal static void* Allocate(long length)
    {
        nint address = Libc.Mmap(
            null, (nuint)length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE, -1, 0);
        if (address == Libc.MAP_FAILED)
        {
            LinuxError.ThrowLast($"reserve {length} bytes for a table");
        }

        return (void*)address;
    }

    /// <summary>Gives back what <see cref="Allocate"/> returned.</summary>
    internal static void Free(void* memory, long length) => _ = Libc.Munmap(memory, (nuint)length);
}
