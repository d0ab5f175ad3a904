namespace Urma.Net.Benchmarks.Loop;

/// <summary>Counts what calls allocate.</summary>
public static class AllocationMeter
{
    private const int Tries = 3;

    // Where others allocate at least a byte a call beside us, it is looked at more often: what is ours is there each time.
    private const int MostTries = 30;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>The least of several series, since what others allocate beside them only adds.</summary>
    /// <param name="operation">Warmed up.</param>
    /// <param name="calls">Calls of one series, at most <see cref="Operation.CallsPerPreparation"/>.</param>
    /// <returns>Bytes of a whole series: on the calling thread, exactly, and on all threads.</returns>
    public static (long OnThisThread, long OnAllThreads) MeasureLeast(Operation operation, int calls)
    {
        (long thread, long all) = (long.MaxValue, long.MaxValue);
        for (int i = 0; i < Tries || (i < MostTries && all - thread >= calls); i++)
        {
            if (i >= Tries)
            {
                Thread.Sleep(Pause);
            }

            (long OnThisThread, long OnAllThreads) measured = Measure(operation, calls);
            thread = Math.Min(thread, measured.OnThisThread);
            all = Math.Min(all, measured.OnAllThreads);
        }

        return (thread, all);
    }

    private static (long OnThisThread, long OnAllThreads) Measure(Operation operation, int calls)
    {
        operation.Prepare();
        long all = GC.GetTotalAllocatedBytes(precise: true);
        long thread = GC.GetAllocatedBytesForCurrentThread();
        operation.RunPrepared(calls);
        thread = GC.GetAllocatedBytesForCurrentThread() - thread;
        return (thread, GC.GetTotalAllocatedBytes(precise: true) - all);
    }
}
