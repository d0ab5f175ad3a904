using System.Diagnostics;

namespace Urma.Net.Internal;

/// <summary>A point in monotonic time after which a wait gives up. Every wait has one: there is no infinite deadline.</summary>
internal readonly struct Deadline
{
    private readonly long _timestamp;

    private Deadline(long timestamp) => _timestamp = timestamp;

    /// <summary>The deadline <paramref name="timeout"/> from now; zero means "do not wait".</summary>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative (also the conventional "infinite").</exception>
    internal static Deadline After(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        double ticks = timeout.TotalSeconds * Stopwatch.Frequency;
        long now = Stopwatch.GetTimestamp();
        return new Deadline(ticks >= long.MaxValue - now ? long.MaxValue : now + (long)ticks);
    }

    /// <summary>Whether the time is over.</summary>
    internal bool HasPassed => Stopwatch.GetTimestamp() >= _timestamp;

    /// <summary>What is left, for <c>poll</c>: rounded up so that the last millisecond is not spent spinning.</summary>
    internal int RemainingMilliseconds
    {
        get
        {
            long left = _timestamp - Stopwatch.GetTimestamp();
            if (left <= 0)
            {
                return 0;
            }

            long perMillisecond = Stopwatch.Frequency / 1000;
            return (int)Math.Min(int.MaxValue, ((left - 1) / perMillisecond) + 1);
        }
    }
}
