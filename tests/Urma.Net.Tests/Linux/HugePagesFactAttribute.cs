using Urma.Net.Internal;

namespace Urma.Net.Tests.Linux;

/// <summary>A test that needs two free huge pages of 2 MiB; reported as skipped without them.</summary>
internal sealed class HugePagesFactAttribute : FactAttribute
{
    public HugePagesFactAttribute()
    {
        if (HugePagePool.FreePages(MemoryPages.Huge2M) < 2)
        {
            Skip = "The pool of 2 MiB pages is empty; as root: echo 8 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
        }
    }
}
