using System.Diagnostics;
using System.Runtime;
using System.Runtime.CompilerServices;

namespace Urma.Net.Benchmarks.Loop;

/// <summary>The JIT's background thread, which compiles again what was called often.</summary>
internal static class TieredCompiler
{
    private const string Tasks = "/proc/self/task";

    // The kernel keeps the first 15 letters of ".NET Tiered Compilation Worker".
    private const string ThreadName = ".NET Tiered Com";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Waits until the thread sleeps because it has nothing to do; however long it waits for a processor, it does not sleep before.</summary>
    /// <returns>How many methods have been compiled since the process began; 0 where there is no JIT.</returns>
    public static long WaitUntilIdle()
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled)
        {
            return 0;
        }

        long start = Stopwatch.GetTimestamp();
        do
        {
            Thread.Sleep(1);
        }
        while (IsBusy() && Stopwatch.GetElapsedTime(start) < Limit);
        return JitInfo.GetCompiledMethodCount();
    }

    private static bool IsBusy()
    {
        foreach (string task in Directory.EnumerateDirectories(Tasks))
        {
            try
            {
                // "number (name) state ...": a thread that could run but may not has the state R, too.
                string stat = File.ReadAllText(Path.Combine(task, "stat"));
                if (stat.Contains(ThreadName, StringComparison.Ordinal) && stat[stat.LastIndexOf(')') + 2] != 'S')
                {
                    return true;
                }
            }
            catch (IOException)
            {
                // The thread has ended since.
            }
        }

        return false;
    }
}
