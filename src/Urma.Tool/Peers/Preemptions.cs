using System.Globalization;
using Urma.Net.Tool.Doctor;

namespace Urma.Net.Tool.Peers;

/// <summary>How often the kernel took the processor away from the calling thread: what else runs here shows in the result.</summary>
internal static class Preemptions
{
    /// <summary>The count so far; -1 where the kernel does not tell.</summary>
    public static long Count() =>
        long.TryParse(
            SystemFacts.Value("/proc/thread-self/status", "nonvoluntary_ctxt_switches"), CultureInfo.InvariantCulture, out long count)
            ? count
            : -1;
}
