using System.Diagnostics;

namespace Urma.Net.Internal;

/// <summary>A moment on the monotonic clock, as a plain number: for waits that may have no end and for native records.</summary>
internal static class TimeLimit
{
    public const long Never = long.MaxValue;

    public static long After(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            return Never;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        long ticks = (long)Math.Min(timeout.TotalSeconds * Stopwatch.Frequency, long.MaxValue / 4);
        return Stopwatch.GetTimestamp() + ticks;
    }

    /// <summary>What is left, never negative; <see cref="Timeout.InfiniteTimeSpan"/> where there is no deadline.</summary>
    public static TimeSpan Left(long deadline)
    {
        if (deadline == Never)
        {
            return Timeout.InfiniteTimeSpan;
        }

        long left = deadline - Stopwatch.GetTimestamp();
        return left <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(left / (double)Stopwatch.Frequency);
    }

    public static bool HasPassed(long deadline) => deadline != Never && Stopwatch.GetTimestamp() >= deadline;
}
