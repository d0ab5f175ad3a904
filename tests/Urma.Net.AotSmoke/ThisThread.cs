using System.Runtime.InteropServices;

namespace Urma.Net.AotSmoke;

/// <summary>Binds the calling thread.</summary>
internal static unsafe partial class ThisThread
{
    private const int Words = 8192 / 64;

    /// <summary>Leaves it the first of its processors.</summary>
    public static void BindToOneProcessor()
    {
        ulong* mask = stackalloc ulong[Words];
        new Span<ulong>(mask, Words).Clear();
        _ = GetAffinity(0, Words * sizeof(ulong), mask);
        int word = new Span<ulong>(mask, Words).IndexOfAnyExcept(0ul);
        ulong first = mask[word] & (0 - mask[word]);
        new Span<ulong>(mask, Words).Clear();
        mask[word] = first;
        _ = SetAffinity(0, Words * sizeof(ulong), mask);
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, ulong* mask);
}
