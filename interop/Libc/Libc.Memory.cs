using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

internal static unsafe partial class Libc
{
    internal const int PROT_NONE = 0;
    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;

    internal const int MAP_SHARED = 0x01;
    internal const int MAP_PRIVATE = 0x02;
    internal const int MAP_FIXED = 0x10;
    internal const int MAP_ANONYMOUS = 0x20;
    internal const int MAP_NORESERVE = 0x4000;
    internal const int MAP_POPULATE = 0x8000;
    internal const int MAP_FIXED_NOREPLACE = 0x100000;

    internal const int MREMAP_MAYMOVE = 1;
    internal const int MREMAP_FIXED = 2;

    internal const int MADV_DONTFORK = 10;
    internal const int MADV_DOFORK = 11;
    internal const int MADV_HUGEPAGE = 14;
    internal const int MADV_POPULATE_READ = 22;
    internal const int MADV_POPULATE_WRITE = 23;

    internal const uint MFD_CLOEXEC = 0x0001;
    internal const uint MFD_ALLOW_SEALING = 0x0002;
    internal const uint MFD_HUGETLB = 0x0004;
    internal const uint MFD_NOEXEC_SEAL = 0x0008;
    internal const uint MFD_HUGE_2MB = 21u << 26;
    internal const uint MFD_HUGE_1GB = 30u << 26;

    internal const int F_ADD_SEALS = 1033;
    internal const int F_GET_SEALS = 1034;
    internal const int F_SEAL_SEAL = 0x0001;
    internal const int F_SEAL_SHRINK = 0x0002;
    internal const int F_SEAL_GROW = 0x0004;
    internal const int F_SEAL_WRITE = 0x0008;
    internal const int F_SEAL_FUTURE_WRITE = 0x0010;

    internal const long TMPFS_MAGIC = 0x01021994;
    internal const long HUGETLBFS_MAGIC = 0x958458f6;

    internal const nuint PROCMAP_QUERY = 0xC0686611;
    internal const ulong PROCMAP_QUERY_VMA_READABLE = 0x01;
    internal const ulong PROCMAP_QUERY_VMA_WRITABLE = 0x02;
    internal const ulong PROCMAP_QUERY_VMA_EXECUTABLE = 0x04;
    internal const ulong PROCMAP_QUERY_VMA_SHARED = 0x08;
    internal const ulong PROCMAP_QUERY_COVERING_OR_NEXT_VMA = 0x10;

    internal const int MEMBARRIER_CMD_QUERY = 0;
    internal const int MEMBARRIER_CMD_GLOBAL_EXPEDITED = 1 << 1;
    internal const int MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED = 1 << 2;

    internal static readonly nint MAP_FAILED = -1;

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true)]
    internal static partial int MemfdCreate(byte* name, uint flags);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Ftruncate(int fd, long length);

    [LibraryImport(Library, EntryPoint = "fallocate", SetLastError = true)]
    internal static partial int Fallocate(int fd, int mode, long offset, long length);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint Mmap(void* address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport(Library, EntryPoint = "munmap", SetLastError = true)]
    internal static partial int Munmap(void* address, nuint length);

    // Libraries that watch a process's memory (UCX) put functions with four parameters in the place of mremap, which lose the last one.
    internal static nint Mremap(void* oldAddress, nuint oldLength, nuint newLength, int flags, void* newAddress) =>
        Syscall(SYS_mremap.Here, (nint)oldAddress, (nint)oldLength, (nint)newLength, flags, (nint)newAddress, 0);

    [LibraryImport(Library, EntryPoint = "mprotect", SetLastError = true)]
    internal static partial int Mprotect(void* address, nuint length, int protection);

    [LibraryImport(Library, EntryPoint = "madvise", SetLastError = true)]
    internal static partial int Madvise(void* address, nuint length, int advice);

    [LibraryImport(Library, EntryPoint = "process_vm_readv", SetLastError = true)]
    internal static partial nint ProcessVmReadv(
        int pid, Iovec* local, nuint localCount, Iovec* remote, nuint remoteCount, nuint flags);

    [LibraryImport(Library, EntryPoint = "process_vm_writev", SetLastError = true)]
    internal static partial nint ProcessVmWritev(
        int pid, Iovec* local, nuint localCount, Iovec* remote, nuint remoteCount, nuint flags);
}
