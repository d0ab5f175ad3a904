using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>The system's page size and rounding to it.</summary>
internal static class PageSize
{
    /// <summary>Bytes per ordinary page: 4096 on x86-64, up to 65536 on arm64.</summary>
    internal static readonly long Bytes = Libc.Sysconf(Libc._SC_PAGESIZE);

    /// <summary>The largest length that can still be rounded up to any page size without overflow.</summary>
    internal const long MaximumLength = long.MaxValue >> 16;

    /// <summary>Rounds up to a multiple of <paramref name="pageSize"/>, a power of two.</summary>
    internal static long RoundUp(long length, long pageSize) => checked(length + pageSize - 1) & -pageSize;

    /// <summary>Rounds down to a multiple of <paramref name="pageSize"/>, a power of two.</summary>
    internal static long RoundDown(long length, long pageSize) => length & -pageSize;
}
