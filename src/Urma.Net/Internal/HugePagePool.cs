using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>The kernel's pools of huge pages, which an administrator fills.</summary>
internal static class HugePagePool
{
    /// <summary>Bytes per page of a memory file.</summary>
    internal static long PageBytes(MemoryPages pages) => pages switch
    {
        MemoryPages.Huge2M => 2L << 20,
        MemoryPages.Huge1G => 1L << 30,
        _ => PageSize.Bytes,
    };

    /// <summary>The <c>memfd_create</c> flags that choose the page size.</summary>
    internal static uint CreateFlags(MemoryPages pages) => pages switch
    {
        MemoryPages.Huge2M => Libc.MFD_HUGETLB | Libc.MFD_HUGE_2MB,
        MemoryPages.Huge1G => Libc.MFD_HUGETLB | Libc.MFD_HUGE_1GB,
        _ => 0,
    };

    /// <summary>The directory that describes the pool.</summary>
    internal static string DirectoryOf(MemoryPages pages) => $"/sys/kernel/mm/hugepages/hugepages-{PageBytes(pages) / 1024}kB";

    /// <summary>Pages that are neither in use nor promised to somebody.</summary>
    internal static long FreePages(MemoryPages pages)
    {
        string directory = DirectoryOf(pages);
        long free = SmallFile.ReadNumber($"{directory}/free_hugepages") ?? 0;
        long promised = SmallFile.ReadNumber($"{directory}/resv_hugepages") ?? 0;
        return Math.Max(0, free - promised);
    }

    /// <summary>What to do when the pool does not give; null for ordinary pages.</summary>
    internal static string? AdviceFor(MemoryPages pages) => pages == MemoryPages.Default
        ? null
        : $"Huge pages come from a pool with {FreePages(pages)} free pages of {PageBytes(pages) >> 20} MiB: as root, write "
            + $"the number of pages needed to {DirectoryOf(pages)}/nr_hugepages, or use ordinary pages.";
}
