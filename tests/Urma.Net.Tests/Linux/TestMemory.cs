using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Tests.Linux;

/// <summary>Small helpers over real kernel objects.</summary>
internal static unsafe class TestMemory
{
    /// <summary>Fills a range with bytes that depend on their position.</summary>
    internal static void Fill(byte* start, long length, int seed)
    {
        for (long i = 0; i < length; i++)
        {
            start[i] = (byte)((i * 31) + seed);
        }
    }

    /// <summary>Fails unless a range still holds what <see cref="Fill"/> wrote.</summary>
    internal static void AssertFilled(byte* start, long length, int seed, long from = 0)
    {
        for (long i = 0; i < length; i++)
        {
            if (start[i] != (byte)(((from + i) * 31) + seed))
            {
                Assert.Fail($"Byte {i} of {length} is {start[i]}, expected {(byte)(((from + i) * 31) + seed)}.");
            }
        }
    }

    /// <summary>Fresh private anonymous memory, page aligned.</summary>
    internal static byte* MapAnonymous(long length, int flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS)
    {
        nint address = Libc.Mmap(null, (nuint)length, Libc.PROT_READ | Libc.PROT_WRITE, flags, -1, 0);
        Assert.NotEqual(Libc.MAP_FAILED, address);
        return (byte*)address;
    }

    /// <summary>The lines of /proc/self/maps whose range intersects [start, start + length).</summary>
    internal static string[] MapsOf(byte* start, long length) =>
    [
        .. File.ReadLines("/proc/self/maps").Where(line =>
        {
            int dash = line.IndexOf('-', StringComparison.Ordinal);
            ulong low = Convert.ToUInt64(line[..dash], 16);
            ulong high = Convert.ToUInt64(line[(dash + 1)..line.IndexOf(' ', StringComparison.Ordinal)], 16);
            return low < (ulong)start + (ulong)length && (ulong)start < high;
        }),
    ];

    /// <summary>Whether the number is an open descriptor of this process.</summary>
    internal static bool IsOpen(int descriptor) => Libc.Fcntl(descriptor, Libc.F_GETFD, 0) >= 0;

    /// <summary>A descriptor of the same open file, close-on-exec.</summary>
    internal static int Duplicate(int descriptor)
    {
        const int duplicateCloseOnExec = 1030;
        int copy = Libc.Fcntl(descriptor, duplicateCloseOnExec, 0);
        Assert.True(copy >= 0);
        return copy;
    }

    /// <summary>A descriptor that refers to nothing in particular.</summary>
    internal static FileDescriptor Eventfd() => new(Libc.Eventfd(0, Libc.EFD_CLOEXEC));
}
