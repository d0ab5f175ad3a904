using System.Diagnostics;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Tests.Linux;

public sealed unsafe class ProcessMemoryTests
{
    [Fact]
    public void Bytes_are_read_and_written_by_number_and_address()
    {
        byte* remote = TestMemory.MapAnonymous(100_000);
        byte* local = TestMemory.MapAnonymous(100_000);
        TestMemory.Fill(remote, 100_000, 1);

        ProcessMemory.Read(Environment.ProcessId, (ulong)remote + 5, local, 99_995);
        TestMemory.AssertFilled(local, 99_995, 1, from: 5);

        TestMemory.Fill(local, 100_000, 2);
        ProcessMemory.Write(Environment.ProcessId, (ulong)remote, local, 100_000);
        TestMemory.AssertFilled(remote, 100_000, 2);

        ProcessMemory.Read(Environment.ProcessId, 0, local, 0);
        Assert.Equal(0, Libc.Munmap(remote, 100_000));
        Assert.Equal(0, Libc.Munmap(local, 100_000));
    }

    [Fact]
    public void More_than_2_GiB_is_copied_in_steps()
    {
        // Untouched source memory reads as the kernel's zero page and the target is one page mapped again and again, so
        // the copy costs time but no memory.
        const long length = (2L << 30) + 8192;
        const int window = 64 << 20;
        byte* remote = TestMemory.MapAnonymous(length, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE);
        remote[length - 1] = 77;
        using MemoryFile file = MemoryFile.Create("urma-test", window);
        byte* local = TestMemory.MapAnonymous(length, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE);
        for (long offset = 0; offset < length; offset += window)
        {
            nuint step = (nuint)Math.Min(window, length - offset);
            nint address = Libc.Mmap(
                local + offset, step, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED | Libc.MAP_FIXED, file.Descriptor, 0);
            Assert.NotEqual(Libc.MAP_FAILED, address);
        }

        Assert.Equal(0, ProcessMemory.TryRead(Environment.ProcessId, (ulong)remote, local, length, out long copied));

        Assert.Equal(length, copied);
        Assert.Equal(77, local[length - 1]);
        Assert.Equal(0, Libc.Munmap(remote, (nuint)length));
        Assert.Equal(0, Libc.Munmap(local, (nuint)length));
    }

    [Fact]
    public void A_missing_page_ends_the_copy_and_says_how_far_it_came()
    {
        long page = PageSize.Bytes;
        byte* remote = TestMemory.MapAnonymous(3 * page);
        byte* local = TestMemory.MapAnonymous(3 * page);
        Assert.Equal(0, Libc.Munmap(remote + (2 * page), (nuint)page));

        int error = ProcessMemory.TryRead(Environment.ProcessId, (ulong)remote, local, 3 * page, out long copied);
        Assert.Equal(Libc.EFAULT, error);
        Assert.Equal(2 * page, copied);

        var thrown = Assert.Throws<UrmaException>(
            () => ProcessMemory.Write(Environment.ProcessId, (ulong)remote, local, 3 * page));
        Assert.Equal(Libc.EFAULT, thrown.NativeError);
        Assert.Contains($"After {2 * page} bytes", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(0, Libc.Munmap(remote, (nuint)(2 * page)));
        Assert.Equal(0, Libc.Munmap(local, (nuint)(3 * page)));
    }

    [Fact]
    public void A_dead_peer_is_named()
    {
        using Process child = Process.Start("/bin/true");
        int pid = child.Id;
        child.WaitForExit();

        var error = Assert.Throws<UrmaException>(() => Read(pid));

        Assert.Equal(Libc.ESRCH, error.NativeError);
        Assert.Contains(pid.ToString(), error.Message, StringComparison.Ordinal);

        static void Read(int pid)
        {
            byte local;
            ProcessMemory.Read(pid, 4096, &local, 1);
        }
    }

    [Fact]
    public void Permission_can_be_given_to_peers_where_Yama_asks_for_it() =>
        Assert.Equal(File.Exists("/proc/sys/kernel/yama/ptrace_scope"), ProcessMemory.AllowPeers());
}
