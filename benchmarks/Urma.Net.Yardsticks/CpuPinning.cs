using System.Runtime.InteropServices;

namespace Urma.Net.Measurement;

/// <summary>Binds the calling thread to processors, so that a measurement knows which two cores it measures.</summary>
/// <remarks>
/// Affinity belongs to the kernel thread: call from a dedicated thread (or the main thread), never from a pool
/// thread, which would carry the binding on to unrelated work.
/// </remarks>
public static unsafe partial class CpuPinning
{
    private const int MaskWords = 16;

    /// <summary>The number of the highest processor this class can name (processors are numbered from 0).</summary>
    public const int MaximumProcessor = (MaskWords * 64) - 1;

    /// <summary>The processors the calling thread may run on, in ascending order.</summary>
    /// <returns>At least one processor number.</returns>
    /// <exception cref="InvalidOperationException">The kernel refused to tell.</exception>
    public static int[] GetAllowedProcessors()
    {
        ulong* mask = stackalloc ulong[MaskWords];
        if (GetAffinity(0, MaskWords * sizeof(ulong), mask) != 0)
        {
            throw Failure("read this thread's processor mask");
        }

        var allowed = new List<int>();
        for (int processor = 0; processor <= MaximumProcessor; processor++)
        {
            if ((mask[processor / 64] & (1UL << (processor % 64))) != 0)
            {
                allowed.Add(processor);
            }
        }

        return [.. allowed];
    }

    /// <summary>Binds the calling thread to one processor.</summary>
    /// <param name="processor">A processor number, one of <see cref="GetAllowedProcessors"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative or above <see cref="MaximumProcessor"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// The processor does not exist, is offline, or a cpuset keeps this process off it.
    /// </exception>
    public static void PinCurrentThread(int processor) => SetAllowedProcessors([processor]);

    /// <summary>Lets the calling thread run on the given processors only.</summary>
    /// <param name="processors">One or more processor numbers.</param>
    /// <exception cref="ArgumentException">No processor was given.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or above <see cref="MaximumProcessor"/>.</exception>
    /// <exception cref="InvalidOperationException">None of the processors is available to this process.</exception>
    public static void SetAllowedProcessors(ReadOnlySpan<int> processors)
    {
        if (processors.IsEmpty)
        {
            throw new ArgumentException("Name at least one processor.", nameof(processors));
        }

        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        foreach (int processor in processors)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(processor, nameof(processors));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(processor, MaximumProcessor, nameof(processors));
            mask[processor / 64] |= 1UL << (processor % 64);
        }

        if (SetAffinity(0, MaskWords * sizeof(ulong), mask) != 0)
        {
            throw Failure($"run this thread on processor {string.Join(",", processors.ToArray())}");
        }
    }

    private static InvalidOperationException Failure(string attempt) =>
        new($"The kernel did not let us {attempt} (error {Marshal.GetLastSystemError()}). " +
            "Check the processor numbers against 'nproc' and the cpuset of this container or service.");

    // Thread 0 means the calling thread.
    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, ulong* mask);
}
