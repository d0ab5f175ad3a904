using Urma.Net.Measurement;

namespace Urma.Net.Tool.Ranks;

/// <summary>
/// The shared page of a run: barriers, the futex words of the yardstick, and one line of results for each rank. The parent
/// allocates it, the ranks import it.
/// </summary>
internal sealed class RankBoard(Segment? own, TargetSegment? imported, int ranks)
{
    public const string Name = "urma-ranks";
    public const long Bytes = 1 << 20;

    private const long BarriersAt = 0;
    private const int MaxBarriers = 2048;
    private const long FutexAt = (long)MaxBarriers * Yardsticks.LineSpacing;
    private const long ResultsAt = FutexAt + (256L * Yardsticks.LineSpacing);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private int _barrier;

    public SegmentView Map() => own is not null ? own.Map() : imported!.Map();

    /// <summary>Waits for all ranks. Yields and naps: there are more ranks than processors.</summary>
    public void Barrier()
    {
        using SegmentView view = Map();
        long at = BarriersAt + ((long)_barrier++ % MaxBarriers * Yardsticks.LineSpacing);
        view.FetchAdd(at, 1UL);
        long deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (view.LoadAcquire<ulong>(at) < (ulong)ranks)
        {
            if (Environment.TickCount64 > deadline)
            {
                throw new ToolException("A rank did not reach the barrier in time: look for its message above.");
            }

            Thread.Sleep(0);
        }
    }

    /// <summary>Where the futex word of a rank lies.</summary>
    public static long FutexWord(int rank) => FutexAt + ((long)rank * Yardsticks.LineSpacing);

    public void Report(int rank, int what, double value)
    {
        using SegmentView view = Map();
        view.StoreRelease(ResultsAt + ((long)rank * Yardsticks.LineSpacing) + (what * sizeof(double)), value);
    }

    public double[] Read(int what)
    {
        using SegmentView view = Map();
        double[] values = new double[ranks];
        for (int rank = 0; rank < ranks; rank++)
        {
            values[rank] = view.LoadAcquire<double>(ResultsAt + ((long)rank * Yardsticks.LineSpacing) + (what * sizeof(double)));
        }

        return values;
    }
}
