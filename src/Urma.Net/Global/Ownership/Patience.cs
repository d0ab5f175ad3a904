using System.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>How a thread waits for another process: it spins, then yields, then sleeps in slices, so that no wait is without a look around.</summary>
internal unsafe struct Patience
{
    private const int Spins = 256;
    private const int Yields = 16;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(10);

    private int _steps;
    private long _begin;

    /// <summary>Passes a moment without sleeping.</summary>
    /// <returns>False where that has gone on long enough.</returns>
    public bool TrySpin()
    {
        if (_steps < Spins && Environment.ProcessorCount > 1)
        {
            _steps++;
            Thread.SpinWait(4);
            return true;
        }

        if (_steps < Spins + Yields)
        {
            _steps = Math.Max(_steps + 1, Spins);
            Thread.Yield();
            return true;
        }

        return false;
    }

    /// <summary>Whether so much time has gone since this was first asked.</summary>
    public bool HasLasted(TimeSpan time)
    {
        if (_begin == 0)
        {
            _begin = Stopwatch.GetTimestamp();
            return false;
        }

        return Stopwatch.GetElapsedTime(_begin) >= time;
    }

    /// <summary>Sleeps a slice at most, and not beyond a deadline.</summary>
    public static void Sleep(int* word, int expected, long deadline)
    {
        TimeSpan left = TimeLimit.Left(deadline);
        _ = Futex.Wait(word, expected, left == Timeout.InfiniteTimeSpan || left > Slice ? Slice : left);
    }
}
