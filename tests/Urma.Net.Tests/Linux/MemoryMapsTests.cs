using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Tests.Linux;

public sealed unsafe class MemoryMapsTests
{
    [Fact]
    public void Both_ways_to_ask_give_the_same_answer()
    {
        long page = PageSize.Bytes;
        byte* area = TestMemory.MapAnonymous(16 * page);
        Assert.Equal(0, Libc.Mprotect(area + page, (nuint)page, Libc.PROT_READ));
        Assert.Equal(0, Libc.Mprotect(area + (2 * page), (nuint)page, Libc.PROT_NONE));
        Assert.Equal(0, Libc.Munmap(area + (4 * page), (nuint)page));
        using MemoryFile file = MemoryFile.Create("urma-test with blanks", page);
        nint mapped = Libc.Mmap(
            area + (6 * page), (nuint)page, Libc.PROT_READ, Libc.MAP_SHARED | Libc.MAP_FIXED, file.Descriptor, 0);
        Assert.NotEqual(Libc.MAP_FAILED, mapped);

        foreach (AddressRange range in new[]
        {
            new AddressRange((ulong)area, (ulong)(area + (16 * page))),
            new AddressRange((ulong)(area + page) + 5, (ulong)(area + page) + 6),
            new AddressRange((ulong)(area + (4 * page)), (ulong)(area + (5 * page))),
            new AddressRange((ulong)(area + (6 * page)) - 1, (ulong)(area + (7 * page)) + 1),
        })
        {
            AssertAlike(range);
        }

        Assert.Equal(0, Libc.Munmap(area, (nuint)(16 * page)));
    }

    // The hole is anybody's: where another thread mapped something there meanwhile, the question is asked again.
    private static void AssertAlike(AddressRange range)
    {
        for (int attempt = 0; ; attempt++)
        {
            List<MemoryMapEntry> before = MemoryMaps.Parse(range);
            IReadOnlyList<MemoryMapEntry> found = MemoryMaps.Intersecting(range);
            IReadOnlyList<MemoryMapEntry>? asked = IsAtLeast(6, 11) ? MemoryMaps.Query(range) : found;
            if (attempt < 20 && !MemoryMaps.Parse(range).SequenceEqual(before))
            {
                continue;
            }

            Assert.Equal(before, found);
            Assert.Equal(before, asked);
            return;
        }
    }

    [Fact]
    public void Files_libraries_and_special_memory_are_seen_alike()
    {
        // Stack, a library, and the kernel's own page: stable while the test runs.
        byte local;
        foreach (ulong address in new[] { (ulong)(&local), (ulong)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "getpid") })
        {
            var range = new AddressRange(address, address + 1);
            MemoryMapEntry parsed = Assert.Single(MemoryMaps.Parse(range));
            MemoryMapEntry asked = Assert.Single(MemoryMaps.Intersecting(range));

            // A stack grows while it is looked at.
            Assert.Equal(parsed with { Range = default }, asked with { Range = default });
            Assert.True(asked.Range.Contains(address));
        }
    }

    [Fact]
    public void Behind_the_last_mapping_there_is_nothing() =>
        Assert.Empty(MemoryMaps.Intersecting(new AddressRange(0x7fff_ffff_f000_0000, 0x7fff_ffff_ffff_f000)));

    private static bool IsAtLeast(int major, int minor) => Environment.OSVersion.Version >= new Version(major, minor);
}
