using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>What must hold before a memory file is created or a peer's is accepted.</summary>
internal static unsafe class MemoryFileChecks
{
    /// <summary>Refuses lengths that no memory file can have.</summary>
    internal static void ThrowIfLengthInvalid(long length)
    {
        if (length is <= 0 or > PageSize.MaximumLength)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"Shared memory of {length} bytes cannot exist: the length must lie between 1 and {PageSize.MaximumLength}.");
        }
    }

    /// <summary>
    /// Refuses what <c>ulimit -f</c> forbids; the kernel would not return an error there but end the process by
    /// SIGXFSZ.
    /// </summary>
    internal static void ThrowIfFileLimitBelow(long length)
    {
        Rlimit limit;
        if (Libc.Getrlimit(Libc.RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < (ulong)length)
        {
            throw new UrmaException(
                UrmaStatus.OutOfMemory,
                $"Cannot create shared memory of {length} bytes: this process may only make files of {limit.rlim_cur} "
                    + "bytes. Raise the limit with 'ulimit -f unlimited' (LimitFSIZE= of a systemd service).",
                Libc.EFBIG);
        }
    }

    /// <summary>Refuses a reservation that would fill the machine, the cgroup or the huge page pool.</summary>
    internal static void ThrowIfHeadroomBelow(long length, MemoryPages pages)
    {
        if (pages != MemoryPages.Default)
        {
            ThrowIfPoolBelow(length, pages);
            return;
        }

        if (!HeadroomBudget.Process.TryTake(length, out MemoryHeadroom headroom))
        {
            throw new UrmaException(
                UrmaStatus.OutOfMemory,
                $"Cannot reserve {length} bytes of shared memory: {headroom.Source} leaves {headroom.Available} bytes of "
                    + $"{headroom.Limit}, of which {HeadroomBudget.Margin} are kept free because a full memory cgroup or machine "
                    + "kills processes instead of refusing. Register less, free memory, or raise the limit (systemd: "
                    + "MemoryMax=, containers: --memory).",
                Libc.ENOMEM);
        }
    }

    /// <summary>Checks a peer's descriptor and says how it is sealed and paged.</summary>
    internal static (int Seals, long PageSize) InspectPeerFile(int descriptor, long expectedLength)
    {
        Statx status;
        Statfs fileSystem = default;
        byte empty = 0;
        if (Libc.Statx(descriptor, &empty, Libc.AT_EMPTY_PATH, Libc.STATX_TYPE | Libc.STATX_SIZE, &status) != 0
            || Libc.Fstatfs(descriptor, &fileSystem) != 0)
        {
            LinuxError.ThrowLast("inspect the memory a peer sent");
        }

        int seals = Libc.Fcntl(descriptor, Libc.F_GET_SEALS, 0);
        bool memory = fileSystem.f_type is Libc.TMPFS_MAGIC or Libc.HUGETLBFS_MAGIC;
        if (seals < 0 || !memory || (status.stx_mode & Libc.S_IFMT) != Libc.S_IFREG)
        {
            Refuse("it is not a memory file");
        }

        const int needed = Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW;
        if ((seals & needed) != needed)
        {
            Refuse($"its size is not sealed (seals 0x{seals:x}), so the peer could truncate it under us");
        }

        if (status.stx_size < (ulong)expectedLength)
        {
            Refuse($"it holds {status.stx_size} bytes where {expectedLength} were announced");
        }

        long pageSize = fileSystem.f_type == Libc.HUGETLBFS_MAGIC ? fileSystem.f_bsize : PageSize.Bytes;
        if (pageSize < PageSize.Bytes || !long.IsPow2(pageSize)
            || (ulong)PageSize.RoundUp(expectedLength, pageSize) > status.stx_size)
        {
            Refuse($"its {status.stx_size} bytes do not end on a page");
        }

        return (seals, pageSize);
    }

    private static void ThrowIfPoolBelow(long length, MemoryPages pages)
    {
        long count = length / HugePagePool.PageBytes(pages);
        if (count > HugePagePool.FreePages(pages))
        {
            throw new UrmaException(
                UrmaStatus.OutOfMemory,
                $"Cannot reserve {length} bytes of shared memory in {count} huge pages. {HugePagePool.AdviceFor(pages)}",
                Libc.ENOMEM);
        }
    }

    private static void Refuse(string reason) => throw new UrmaException(
        UrmaStatus.InvalidArgument,
        $"The memory a peer sent is refused: {reason}. The peer is broken, hostile, or of another version.");
}
