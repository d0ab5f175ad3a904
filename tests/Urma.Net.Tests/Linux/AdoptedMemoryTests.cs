using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Tests.Linux;

/// <summary>Alone, because a hole made here may at once be filled by whoever maps memory, and would then be adopted.</summary>
[Collection(Exclusive.Name)]
public sealed unsafe class AdoptedMemoryTests
{
    private static readonly AdoptionOptions NoEdges = new() { ExcludeEdgePages = true };
    private static readonly AdoptionOptions ReadOnly = new() { ReadOnlyForOthers = true };

    [Fact]
    public void Adopted_memory_keeps_its_address_and_contents_and_is_shared_from_then_on()
    {
        long length = 5 * PageSize.Bytes;
        byte* memory = TestMemory.MapAnonymous(length);
        TestMemory.Fill(memory, length, 1);

        using (AdoptedMemory adopted = AdoptedMemory.Adopt("urma-test", memory, length))
        using (SharedMapping peer = adopted.File.MapShared(writable: true))
        {
            Assert.True(adopted.Start == memory);
            Assert.Equal(length, adopted.Length);
            TestMemory.AssertFilled(memory, length, 1);
            TestMemory.AssertFilled(peer.Pointer, length, 1);

            peer.Pointer[length - 1] = 200;
            memory[0] = 201;
            Assert.Equal(200, memory[length - 1]);
            Assert.Equal(201, peer.Pointer[0]);
        }

        Assert.Equal(0, Libc.Munmap(memory, (nuint)length));
    }

    [Fact]
    public void Released_memory_is_private_again_and_a_stale_importer_writes_into_an_orphan()
    {
        long length = 3 * PageSize.Bytes;
        byte* memory = TestMemory.MapAnonymous(length);
        TestMemory.Fill(memory, length, 2);
        AdoptedMemory adopted = AdoptedMemory.Adopt("urma-test", memory, length);
        using SharedMapping stale = adopted.File.MapShared(writable: true);
        int descriptor = adopted.File.Descriptor;

        adopted.Release();
        adopted.Dispose();
        new Span<byte>(stale.Pointer, (int)length).Fill(0xAA);

        TestMemory.AssertFilled(memory, length, 2);
        Assert.All(TestMemory.MapsOf(memory, length), line => Assert.Contains("rw-p", line, StringComparison.Ordinal));
        Assert.DoesNotContain(
            "memfd:urma-test", new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget ?? "", StringComparison.Ordinal);
        Assert.Equal(0, Libc.Munmap(memory, (nuint)length));
    }

    [Fact]
    public void What_was_unmapped_meanwhile_is_let_alone_when_memory_is_released()
    {
        int page = (int)PageSize.Bytes;
        byte* memory = TestMemory.MapAnonymous(4 * page);
        TestMemory.Fill(memory, 4 * page, 5);
        AdoptedMemory adopted = AdoptedMemory.Adopt("urma-test", memory, 4 * page);

        // One page is gone, another one has become somebody else's.
        Assert.Equal(0, Libc.Munmap(memory + page, (nuint)page));
        using MemoryFile other = MemoryFile.Create("urma-other", page);
        Assert.Equal(
            (nint)(memory + (2 * page)),
            Libc.Mmap(memory + (2 * page), (nuint)page, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED | Libc.MAP_FIXED, other.Descriptor, 0));
        memory[2 * page] = 99;
        byte first = memory[0];
        byte last = memory[(4 * page) - 1];
        adopted.Release();

        Assert.Equal((first, last), (memory[0], memory[(4 * page) - 1]));
        using SharedMapping shown = other.MapShared(writable: false);
        memory[(2 * page) + 1] = 98;
        Assert.Equal((99, 98), (shown.Pointer[0], shown.Pointer[1]));
        Assert.Equal(0, Libc.Munmap(memory, (nuint)(4 * page)));
    }

    [Fact]
    public void Released_memory_can_be_adopted_again()
    {
        byte* memory = TestMemory.MapAnonymous(PageSize.Bytes);
        memory[7] = 7;
        for (int i = 0; i < 50; i++)
        {
            using AdoptedMemory adopted = AdoptedMemory.Adopt("urma-test", memory, PageSize.Bytes);
            Assert.Equal(7, memory[7]);
        }

        Assert.Single(TestMemory.MapsOf(memory, PageSize.Bytes));
        Assert.Equal(0, Libc.Munmap(memory, (nuint)PageSize.Bytes));
    }

    [Fact]
    public void Unaligned_malloc_memory_is_adopted_with_its_neighbours()
    {
        const int length = 300_000;
        byte* block = (byte*)NativeMemory.Alloc(length + 100);
        byte* memory = block + 33;
        TestMemory.Fill(memory, length, 3);

        using (AdoptedMemory adopted = AdoptedMemory.Adopt("urma-test", memory, length))
        using (SharedMapping peer = adopted.File.MapShared(writable: false))
        {
            Assert.Equal(0, adopted.ExcludedHead);
            Assert.Equal(0, adopted.ExcludedTail);
            Assert.Equal(memory - adopted.Start, adopted.RequestedOffset);
            TestMemory.AssertFilled(peer.Pointer + adopted.RequestedOffset, length, 3);
        }

        TestMemory.AssertFilled(memory, length, 3);
        NativeMemory.Free(block);
    }

    [Fact]
    public void Edge_pages_stay_private_when_excluded()
    {
        long page = PageSize.Bytes;
        byte* memory = TestMemory.MapAnonymous(4 * page);
        TestMemory.Fill(memory, 4 * page, 4);
        byte* start = memory + 100;
        long length = (4 * page) - 300;

        using (AdoptedMemory adopted = AdoptedMemory.Adopt("urma-test", start, length, NoEdges))
        using (SharedMapping peer = adopted.File.MapShared(writable: false))
        {
            Assert.True(adopted.Start == memory + page);
            Assert.Equal(2 * page, adopted.Length);
            Assert.Equal(page - 100, adopted.ExcludedHead);
            Assert.Equal(page - 200, adopted.ExcludedTail);
            Assert.Equal(-adopted.ExcludedHead, adopted.RequestedOffset);
            TestMemory.AssertFilled(peer.Pointer, 2 * page, 4, from: page);
            Assert.Contains("rw-p", TestMemory.MapsOf(memory, 1)[0], StringComparison.Ordinal);
            Assert.Contains("rw-p", TestMemory.MapsOf(memory + (3 * page), 1)[0], StringComparison.Ordinal);
        }

        TestMemory.AssertFilled(memory, 4 * page, 4);
        Assert.Equal(0, Libc.Munmap(memory, (nuint)(4 * page)));
    }

    [Fact]
    public void A_pinned_array_is_adopted_without_its_edges_and_survives_collections()
    {
        byte[] array = GC.AllocateUninitializedArray<byte>(1 << 20, pinned: true);
        fixed (byte* memory = array)
        {
            TestMemory.Fill(memory, array.Length, 5);
            long head;
            using (AdoptedMemory adopted = AdoptedMemory.Adopt("urma-test", memory, array.Length, NoEdges))
            using (SharedMapping peer = adopted.File.MapShared(writable: true))
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
                TestMemory.AssertFilled(memory, array.Length, 5);
                head = adopted.ExcludedHead;
                peer.Pointer[10] ^= 0xFF;
                Assert.Equal(array[head + 10], peer.Pointer[10]);
            }

            GC.Collect();
            array[head + 10] ^= 0xFF;
            TestMemory.AssertFilled(memory, array.Length, 5);
        }
    }

    [Fact]
    public void Importers_cannot_write_what_was_adopted_read_only()
    {
        byte* memory = TestMemory.MapAnonymous(PageSize.Bytes);
        using (AdoptedMemory adopted = AdoptedMemory.Adopt("urma-test", memory, PageSize.Bytes, ReadOnly))
        {
            memory[0] = 1;
            using SharedMapping peer = adopted.File.MapShared(writable: false);
            Assert.Equal(1, peer.Pointer[0]);
            Assert.Throws<UrmaException>(() => adopted.File.MapShared(writable: true));
        }

        memory[0] = 2;
        Assert.Equal(0, Libc.Munmap(memory, (nuint)PageSize.Bytes));
    }

    [Fact]
    public void Memory_of_a_file_is_refused_by_name()
    {
        using var file = new FileStream(
            Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        file.SetLength(PageSize.Bytes);
        nint address = Libc.Mmap(
            null,
            (nuint)PageSize.Bytes,
            Libc.PROT_READ | Libc.PROT_WRITE,
            Libc.MAP_PRIVATE,
            (int)file.SafeFileHandle.DangerousGetHandle(),
            0);
        Assert.NotEqual(Libc.MAP_FAILED, address);

        Assert.Contains(file.Name, RefusalOf((byte*)address, PageSize.Bytes), StringComparison.Ordinal);
        Assert.Equal(0, Libc.Munmap((byte*)address, (nuint)PageSize.Bytes));
    }

    [Fact]
    public void Shared_and_already_adopted_memory_is_refused()
    {
        byte* shared = TestMemory.MapAnonymous(PageSize.Bytes, Libc.MAP_SHARED | Libc.MAP_ANONYMOUS);
        Assert.Contains("shared already", RefusalOf(shared, PageSize.Bytes), StringComparison.Ordinal);
        Assert.Equal(0, Libc.Munmap(shared, (nuint)PageSize.Bytes));

        byte* memory = TestMemory.MapAnonymous(2 * PageSize.Bytes);
        using (AdoptedMemory.Adopt("urma-test", memory, PageSize.Bytes))
        {
            Assert.Contains("shared already", RefusalOf(memory, 2 * PageSize.Bytes), StringComparison.Ordinal);
        }

        Assert.Equal(0, Libc.Munmap(memory, (nuint)(2 * PageSize.Bytes)));
    }

    [Fact]
    public void Memory_on_pages_that_are_adopted_already_shares_them_until_the_last_is_released()
    {
        long page = PageSize.Bytes;
        byte* memory = TestMemory.MapAnonymous(4 * page);
        TestMemory.Fill(memory, 4 * page, 9);
        AdoptedMemory whole = AdoptedMemory.Adopt("urma-test", memory, 4 * page);
        AdoptedMemory part = AdoptedMemory.Adopt("urma-test", memory + page + 100, 50);
        Assert.Equal((page + 100, true), (part.RequestedOffset, part.IsShared));

        using (SharedMapping importer = part.File.MapShared(writable: true))
        {
            whole.Dispose();
            Assert.False(part.IsShared);
            importer.Pointer[page + 100] = 77;
            Assert.Equal(77, memory[page + 100]);
            part.Dispose();
            importer.Pointer[page + 100] = 78;
        }

        Assert.Equal(77, memory[page + 100]);
        Assert.Equal(0, Libc.Munmap(memory, (nuint)(4 * page)));
    }

    [Fact]
    public void Pages_that_are_protected_otherwise_or_mapped_anew_are_not_shared()
    {
        long page = PageSize.Bytes;
        byte* memory = TestMemory.MapAnonymous(2 * page);
        AdoptedMemory adopted = AdoptedMemory.Adopt("urma-test", memory, 2 * page);
        Assert.False(AdoptedMemory.TryAdopt("urma-test", memory, page, ReadOnly, out _, out string? refusal));
        Assert.Contains("shared already", refusal, StringComparison.Ordinal);

        // Without a word to us, as a program that frees registered memory would.
        nint again = Libc.Mmap(
            memory, (nuint)(2 * page), Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED, -1, 0);
        Assert.Equal((nint)memory, again);
        using (AdoptedMemory fresh = AdoptedMemory.Adopt("urma-test", memory, 2 * page))
        {
            Assert.NotSame(adopted.File, fresh.File);
        }

        adopted.Dispose();
        Assert.Equal(0, Libc.Munmap(memory, (nuint)(2 * page)));
    }

    [Fact]
    public void Write_protected_memory_holes_and_stacks_are_refused()
    {
        long page = PageSize.Bytes;
        byte* memory = TestMemory.MapAnonymous(3 * page);
        Assert.Equal(0, Libc.Mprotect(memory, (nuint)page, Libc.PROT_READ));
        Assert.Contains("protection", RefusalOf(memory, page), StringComparison.Ordinal);

        Assert.Equal(0, Libc.Munmap(memory + page, (nuint)page));
        Assert.Contains(
            $"nothing is mapped at address 0x{(ulong)(memory + page):x}", RefusalOf(memory + (2 * page) - 1, 2), StringComparison.Ordinal);

        byte onStack = 1;
        Assert.Contains("stack", RefusalOf(&onStack, 1), StringComparison.Ordinal);

        // Pages below this frame, which calls will use, and pages of the callers above it.
        Assert.Contains("stack", RefusalOf(&onStack - (8 * page), 1), StringComparison.Ordinal);
        Assert.Contains("stack", RefusalOf(&onStack - (2 * page), 4 * page), StringComparison.Ordinal);

        // Not in one call: the hole between them may be somebody else's by now.
        Assert.Equal(0, Libc.Munmap(memory, (nuint)page));
        Assert.Equal(0, Libc.Munmap(memory + (2 * page), (nuint)page));
    }

    [Fact]
    public void A_refusal_leaves_everything_as_it_was()
    {
        long page = PageSize.Bytes;
        byte* memory = TestMemory.MapAnonymous(2 * page);
        TestMemory.Fill(memory, 2 * page, 6);
        Assert.Equal(0, Libc.Mprotect(memory + page, (nuint)page, Libc.PROT_READ));
        string[] before = TestMemory.MapsOf(memory, 2 * page);

        RefusalOf(memory, 2 * page);

        Assert.Equal(before, TestMemory.MapsOf(memory, 2 * page));
        TestMemory.AssertFilled(memory, 2 * page, 6);
        Assert.Equal(0, Libc.Munmap(memory, (nuint)(2 * page)));
    }

    [Fact]
    public void Too_small_a_range_without_edges_is_refused()
    {
        byte* memory = TestMemory.MapAnonymous(2 * PageSize.Bytes);
        bool taken = AdoptedMemory.TryAdopt(
            "urma-test", memory + 1, PageSize.Bytes, NoEdges, out AdoptedMemory? adopted, out string? refusal);

        Assert.False(taken);
        Assert.Null(adopted);
        Assert.Contains("nothing is left", refusal, StringComparison.Ordinal);
        Assert.Equal(0, Libc.Munmap(memory, (nuint)(2 * PageSize.Bytes)));
    }

    [Fact]
    public void Ranges_no_process_has_are_refused()
    {
        Assert.Equal(UrmaStatus.InvalidArgument, Error(0, 100).Status);
        Assert.Equal(UrmaStatus.InvalidArgument, Error(4096, 0).Status);
        Assert.Equal(UrmaStatus.InvalidArgument, Error(-4096, 8192).Status);

        static UrmaException Error(nint address, long length) =>
            Assert.Throws<UrmaException>(() => AdoptedMemory.Adopt("urma-test", (void*)address, length));
    }

    [Fact]
    public void Memory_made_of_several_mappings_becomes_one_file()
    {
        long page = PageSize.Bytes;
        byte* memory = TestMemory.MapAnonymous(4 * page);

        // Advice splits the mapping without making it unfit.
        Assert.Equal(0, Libc.Madvise(memory + page, (nuint)page, Libc.MADV_DONTFORK));
        Assert.True(TestMemory.MapsOf(memory, 4 * page).Length > 1);
        TestMemory.Fill(memory, 4 * page, 8);

        using (AdoptedMemory adopted = AdoptedMemory.Adopt("urma-test", memory, 4 * page))
        {
            Assert.Single(TestMemory.MapsOf(memory, 4 * page));
            TestMemory.AssertFilled(memory, 4 * page, 8);
        }

        TestMemory.AssertFilled(memory, 4 * page, 8);
        Assert.Equal(0, Libc.Munmap(memory, (nuint)(4 * page)));
    }

    private static string RefusalOf(byte* memory, long length)
    {
        var error = Assert.Throws<UrmaException>(() => AdoptedMemory.Adopt("urma-test", memory, length));
        Assert.Equal(UrmaStatus.InvalidArgument, error.Status);
        return error.Message;
    }
}
