using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// Zeroed private memory in pages of its own. For large tables of which little is used: pages are touched only where something is
/// written, and given back whole, while the C heap would clear, keep and fragment them. And for what is written all the time:
/// a neighbour on the C heap may be registered by another thread, and a write to its page meanwhile would be lost (see
/// <see cref="AdoptedMemory"/>).
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
            LinuxError.ThrowLast($"reserve {length} bytes for tables and queues");
        }

        return (void*)address;
    }

    /// <summary>Gives back what <see cref="Allocate"/> returned.</summary>
    internal static void Free(void* memory, long length) => _ = Libc.Munmap(memory, (nuint)length);
}
