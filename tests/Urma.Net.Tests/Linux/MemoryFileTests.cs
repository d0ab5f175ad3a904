using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Tests.Linux;

public sealed unsafe class MemoryFileTests
{
    private static readonly MemoryFileOptions Sparse = new() { Reserve = false };
    private static readonly MemoryFileOptions ReadOnly = new() { ReadOnlyForOthers = true };

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(1 << 20)]
    public void Two_mappings_show_the_same_bytes(long length)
    {
        using MemoryFile file = MemoryFile.Create("urma-test", length);
        using SharedMapping first = file.MapShared(writable: true);
        using SharedMapping second = file.MapShared(writable: false, prefault: true);

        TestMemory.Fill(first.Pointer, length, 7);

        Assert.True(first.Pointer != second.Pointer);
        TestMemory.AssertFilled(second.Pointer, length, 7);
        Assert.Equal(length, file.Length);
        Assert.Equal(0, first.Length % PageSize.Bytes);
        Assert.True(first.Length >= length);
    }

    [Fact]
    public void Reserving_allocates_every_page_and_sparse_files_allocate_none()
    {
        using MemoryFile reserved = MemoryFile.Create("urma-test", 1 << 20);
        using MemoryFile sparse = MemoryFile.Create("urma-test", 1 << 20, Sparse);

        Assert.Equal((1 << 20) / 512, (long)Inspect(reserved.Descriptor).stx_blocks);
        Assert.Equal(0, (long)Inspect(sparse.Descriptor).stx_blocks);
    }

    [Fact]
    public void More_than_4_GiB_works()
    {
        const long length = (5L << 30) + 1;
        using MemoryFile file = MemoryFile.Create("urma-test", length, Sparse);
        using SharedMapping writer = file.MapShared(writable: true);
        using SharedMapping reader = file.MapShared(writable: false);

        writer.Pointer[length - 1] = 42;
        writer.Pointer[length - 1 - (1L << 32)] = 24;

        Assert.Equal(42, reader.Pointer[length - 1]);
        Assert.Equal(24, reader.Pointer[length - 1 - (1L << 32)]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void Impossible_lengths_are_refused(long length)
    {
        var error = Assert.Throws<UrmaException>(() => MemoryFile.Create("urma-test", length));

        Assert.Equal(UrmaStatus.InvalidArgument, error.Status);
        Assert.Contains(length.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reservation_beyond_the_headroom_is_refused_with_the_numbers()
    {
        MemoryHeadroom headroom = MemoryHeadroom.Measure();
        long tooMuch = headroom.Limit + (1L << 30);

        var error = Assert.Throws<UrmaException>(() => MemoryFile.Create("urma-test", tooMuch));

        Assert.Equal(UrmaStatus.OutOfMemory, error.Status);
        Assert.Contains(PageSize.RoundUp(tooMuch, PageSize.Bytes).ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains(headroom.Source, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Huge_pages_beyond_the_pool_are_refused_with_the_pool_named()
    {
        long length = (HugePagePool.FreePages(MemoryPages.Huge2M) + 1) * (2L << 20);

        var error = Assert.Throws<UrmaException>(
            () => MemoryFile.Create("urma-test", length, new MemoryFileOptions { Pages = MemoryPages.Huge2M }));

        Assert.Equal(UrmaStatus.OutOfMemory, error.Status);
        Assert.Contains("nr_hugepages", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_can_resize_the_file_or_change_its_seals()
    {
        using MemoryFile file = MemoryFile.Create("urma-test", 8192);

        Assert.Equal(-1, Libc.Ftruncate(file.Descriptor, 4096));
        Assert.Equal(Libc.EPERM, Marshal.GetLastPInvokeError());
        Assert.Equal(-1, Libc.Ftruncate(file.Descriptor, 1 << 20));
        Assert.Equal(-1, Libc.Fcntl(file.Descriptor, Libc.F_ADD_SEALS, Libc.F_SEAL_WRITE));
        Assert.Equal(Libc.EPERM, Marshal.GetLastPInvokeError());
    }

    [Fact]
    public void Read_only_for_others_gives_the_owner_the_one_writable_mapping()
    {
        using MemoryFile file = MemoryFile.Create("urma-test", 8192, ReadOnly);
        using SharedMapping owner = file.MapShared(writable: true);
        using SharedMapping reader = file.MapShared(writable: false);

        owner.Pointer[8191] = 9;

        Assert.Equal(9, reader.Pointer[8191]);
        var second = Assert.Throws<UrmaException>(() => file.MapShared(writable: true));
        Assert.Equal(UrmaStatus.OperationNotPermitted, second.Status);
        var upgrade = Assert.Throws<UrmaException>(() => reader.Protect(readable: true, writable: true));
        Assert.Equal(UrmaStatus.OperationNotPermitted, upgrade.Status);
        byte value = 1;
        Assert.Equal(-1, (int)Libc.Write(file.Descriptor, &value, 1));
    }

    [Fact]
    public void A_peer_reopening_a_read_only_file_still_cannot_write()
    {
        using MemoryFile file = MemoryFile.Create("urma-test", 4096, ReadOnly);
        int reopened = -1;
        fixed (byte* path = System.Text.Encoding.UTF8.GetBytes($"/proc/self/fd/{file.Descriptor}\0"))
        {
            reopened = Libc.Open(path, Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        }

        Assert.True(reopened >= 0);
        nint address = Libc.Mmap(null, 4096, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, reopened, 0);
        Assert.Equal(Libc.MAP_FAILED, address);
        Assert.Equal(0, Libc.Close(reopened));
    }

    [Fact]
    public void Mappings_outlive_the_descriptor_and_the_descriptor_is_closed()
    {
        MemoryFile file = MemoryFile.Create("urma-test", 4096);
        int number = file.Descriptor;
        using SharedMapping mapping = file.MapShared(writable: true);

        file.Dispose();
        file.Dispose();

        mapping.Pointer[0] = 1;
        Assert.Throws<ObjectDisposedException>(() => file.MapShared(writable: true));
        Assert.DoesNotContain("memfd:urma-test", SafeLink(number), StringComparison.Ordinal);
    }

    [Fact]
    public void Mappings_are_not_inherited_by_children()
    {
        using MemoryFile file = MemoryFile.Create("urma-test", 4096);
        using SharedMapping mapping = file.MapShared(writable: true);

        Assert.Contains("dc", VmFlagsOf(mapping.Pointer));
        mapping.ReplaceWithScratch();
        Assert.Contains("dc", VmFlagsOf(mapping.Pointer));
    }

    [Fact]
    public void Scratch_takes_the_place_of_the_file_at_the_same_addresses()
    {
        using MemoryFile file = MemoryFile.Create("urma-test", 3 * 4096);
        using SharedMapping stale = file.MapShared(writable: true);
        using SharedMapping owner = file.MapShared(writable: true);
        TestMemory.Fill(owner.Pointer, owner.Length, 3);
        byte* before = stale.Pointer;

        stale.ReplaceWithScratch();
        stale.ReplaceWithScratch();

        Assert.True(stale.IsScratch);
        Assert.True(before == stale.Pointer);
        Assert.Equal(0, stale.Pointer[100]);
        new Span<byte>(stale.Pointer, (int)stale.Length).Fill(0xEE);
        TestMemory.AssertFilled(owner.Pointer, owner.Length, 3);
    }

    [Fact]
    public void Protection_can_be_taken_and_given_back()
    {
        using MemoryFile file = MemoryFile.Create("urma-test", 4096);
        using SharedMapping mapping = file.MapShared(writable: true);

        mapping.Protect(readable: true, writable: false);
        Assert.Contains("r--s", TestMemory.MapsOf(mapping.Pointer, 1)[0], StringComparison.Ordinal);
        mapping.Protect(readable: false, writable: false);
        Assert.Contains("---s", TestMemory.MapsOf(mapping.Pointer, 1)[0], StringComparison.Ordinal);
        mapping.Protect(readable: true, writable: true);

        mapping.Pointer[5] = 5;
        Assert.Equal(5, mapping.Pointer[5]);
    }

    [Fact]
    public void A_peers_good_file_is_taken_over()
    {
        using MemoryFile ours = MemoryFile.Create("urma-test", 10_000);
        int copy = TestMemory.Duplicate(ours.Descriptor);

        using (MemoryFile theirs = MemoryFile.FromPeer(copy, 10_000))
        using (SharedMapping mapping = theirs.MapShared(writable: true))
        using (SharedMapping check = ours.MapShared(writable: false))
        {
            mapping.Pointer[9_999] = 77;
            Assert.Equal(77, check.Pointer[9_999]);
            Assert.False(theirs.IsReadOnlyForOthers);
        }
    }

    [Fact]
    public void A_peers_read_only_file_is_known_as_such()
    {
        using MemoryFile ours = MemoryFile.Create("urma-test", 4096, ReadOnly);
        using MemoryFile theirs = MemoryFile.FromPeer(TestMemory.Duplicate(ours.Descriptor), 4096);

        Assert.True(theirs.IsReadOnlyForOthers);
        Assert.Throws<UrmaException>(() => theirs.MapShared(writable: true));
    }

    [Fact]
    public void A_peers_file_that_is_too_small_is_refused_and_closed()
    {
        using MemoryFile ours = MemoryFile.Create("urma-test", 4096);
        int copy = TestMemory.Duplicate(ours.Descriptor);

        var error = Assert.Throws<UrmaException>(() => MemoryFile.FromPeer(copy, 4097));

        Assert.Equal(UrmaStatus.InvalidArgument, error.Status);
        Assert.Contains("4096", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("memfd:urma-test", SafeLink(copy), StringComparison.Ordinal);
    }

    [Fact]
    public void A_peers_unsealed_file_is_refused()
    {
        var error = Assert.Throws<UrmaException>(() => MemoryFile.FromPeer(UnsealedFile(), 4096));

        Assert.Contains("not sealed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_peers_partly_sealed_file_is_refused()
    {
        int file = UnsealedFile();
        Assert.Equal(0, Libc.Fcntl(file, Libc.F_ADD_SEALS, Libc.F_SEAL_GROW));

        Assert.Throws<UrmaException>(() => MemoryFile.FromPeer(file, 4096));
    }

    [Fact]
    public void What_is_not_a_memory_file_is_refused()
    {
        int eventfd = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
        var error = Assert.Throws<UrmaException>(() => MemoryFile.FromPeer(eventfd, 4096));
        Assert.Contains("not a memory file", error.Message, StringComparison.Ordinal);

        using var disk = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        disk.SetLength(8192);
        int copy = TestMemory.Duplicate((int)disk.SafeFileHandle.DangerousGetHandle());
        Assert.Throws<UrmaException>(() => MemoryFile.FromPeer(copy, 4096));
    }

    private static int UnsealedFile()
    {
        byte* name = stackalloc byte[] { (byte)'x', 0 };
        int file = Libc.MemfdCreate(name, Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING);
        Assert.True(file >= 0);
        Assert.Equal(0, Libc.Ftruncate(file, 8192));
        return file;
    }

    private static Statx Inspect(int descriptor)
    {
        Statx status;
        byte empty = 0;
        const uint everything = 0x7ff;
        Assert.Equal(0, Libc.Statx(descriptor, &empty, Libc.AT_EMPTY_PATH, everything, &status));
        return status;
    }

    private static string SafeLink(int descriptor) =>
        new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget ?? "";

    private static string[] VmFlagsOf(byte* address)
    {
        string start = $"{(ulong)address:x}-";
        return File.ReadLines("/proc/self/smaps")
            .SkipWhile(line => !line.StartsWith(start, StringComparison.Ordinal))
            .First(line => line.StartsWith("VmFlags:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
