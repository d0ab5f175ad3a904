using System.Globalization;
using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>Which processors the calling thread may run on, and which there are.</summary>
/// <remarks>Affinity belongs to the kernel's thread: set it on dedicated threads, never on a pool's.</remarks>
internal static unsafe class CpuAffinity
{
    // The kernel's own maximum is 8192 on x86-64; smaller masks are refused on machines that need larger ones.
    private const int MaskWords = 8192 / 64;

    /// <summary>The processors that are switched on, ascending; also those a cpuset keeps from this process.</summary>
    internal static int[] Online()
    {
        string[] lines = SmallFile.ReadLines("/sys/devices/system/cpu/online");
        return lines.Length == 0 ? GetCurrentThread() : ParseList(lines[0]);
    }

    /// <summary>The processors the calling thread may run on, ascending.</summary>
    internal static int[] GetCurrentThread()
    {
        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        int bytes = Libc.SchedGetaffinity(0, MaskWords * sizeof(ulong), mask);
        if (bytes < 0)
        {
            LinuxError.ThrowLast("read the processors this thread may use");
        }

        var processors = new List<int>();
        for (int processor = 0; processor < MaskWords * 64; processor++)
        {
            if ((mask[processor / 64] >> (processor % 64) & 1) != 0)
            {
                processors.Add(processor);
            }
        }

        return [.. processors];
    }

    /// <summary>Lets the calling thread run where the process's first thread may. Does nothing where the kernel refuses.</summary>
    /// <remarks>
    /// For background threads: compiled ahead of time, a thread inherits the binding of the one that starts it; the runtime with
    /// a JIT does this by itself.
    /// </remarks>
    internal static void FollowFirstThread()
    {
        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        if (Libc.SchedGetaffinity(Environment.ProcessId, MaskWords * sizeof(ulong), mask) >= 0)
        {
            _ = Libc.SchedSetaffinity(0, MaskWords * sizeof(ulong), mask);
        }
    }

    /// <summary>Binds the calling thread.</summary>
    /// <param name="processors">At least one number; those that do not exist or are not allowed are ignored by the kernel.</param>
    /// <exception cref="UrmaException">None of them exists and is allowed.</exception>
    internal static void SetCurrentThread(params ReadOnlySpan<int> processors)
    {
        ulong* mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        foreach (int processor in processors)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(processor, nameof(processors));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(processor, MaskWords * 64, nameof(processors));
            mask[processor / 64] |= 1UL << (processor % 64);
        }

        if (Libc.SchedSetaffinity(0, MaskWords * sizeof(ulong), mask) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            LinuxError.Throw(
                $"bind this thread to processors '{string.Join(',', processors.ToArray())}'",
                error,
                $"Allowed are {string.Join(',', GetCurrentThread())} (see the cpuset of this container or service).");
        }
    }

    /// <summary>Reads the kernel's list form, such as <c>0-3,8,10-11</c>.</summary>
    internal static int[] ParseList(string text)
    {
        var processors = new List<int>();
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int dash = part.IndexOf('-', StringComparison.Ordinal);
            int first = int.Parse(dash < 0 ? part : part[..dash], CultureInfo.InvariantCulture);
            int last = dash < 0 ? first : int.Parse(part[(dash + 1)..], CultureInfo.InvariantCulture);
            for (int processor = first; processor <= last; processor++)
            {
                processors.Add(processor);
            }
        }

        return [.. processors];
    }
}
