using System.Diagnostics;

namespace Urma.Net.Internal;

/// <summary>The link of a <see cref="FabricModel"/>: when what is sent now is at the other end.</summary>
/// <remarks>Thread-safe.</remarks>
internal class FabricLink
{
    // Finer than the clock, or short operations could not follow each other faster than one in a nanosecond.
    private const int FractionBits = 6;

    // Keeps the sums below from overflowing: eighteen days.
    private const double LongestUse = 1e17;
    private const long FarthestEnd = 1L << 61;

    // Longer waits let somebody else run meanwhile.
    private static readonly long LongWait = Stopwatch.Frequency / 20_000;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long _latency;
    private readonly double _unitsPerByte;
    private long _outFreeAt;
    private long _inFreeAt;

    public FabricLink(FabricModel model)
    {
        double ticksPerNanosecond = Stopwatch.Frequency / 1e9;
        _latency = (long)Math.Ceiling(model.Nanoseconds * ticksPerNanosecond);
        _unitsPerByte = Stopwatch.Frequency * (double)(1 << FractionBits) / model.BytesPerSecond;
        AllowsUndelayedViews = model.AllowUndelayedViews;
    }

    public bool AllowsUndelayedViews { get; }

    /// <summary>Timestamp units an operation is under way.</summary>
    public long Latency => _latency;

    /// <summary>Sends bytes over the link behind all that went the same way.</summary>
    /// <param name="bytes">How many; a nonsensical number counts as none, because its operation will fail.</param>
    /// <param name="inbound">From the peer: a read.</param>
    /// <returns>The timestamp at which the last of them has arrived.</returns>
    public long Reserve(long bytes, bool inbound)
    {
        long now = (Stopwatch.GetTimestamp() - _start) << FractionBits;
        long duration = (long)Math.Min(Math.Ceiling(Math.Max(bytes, 0) * _unitsPerByte), LongestUse);
        ref long freeAt = ref inbound ? ref _inFreeAt : ref _outFreeAt;
        long seen = Volatile.Read(ref freeAt);
        while (true)
        {
            long end = Math.Min(Math.Max(seen, now) + duration, FarthestEnd);
            long found = Interlocked.CompareExchange(ref freeAt, end, seen);
            if (found == seen)
            {
                return _start + ((end + (1 << FractionBits) - 1) >> FractionBits) + _latency;
            }

            seen = found;
        }
    }

    /// <summary>Stays on the calling thread until a small access has gone over the link.</summary>
    public void Delay(int bytes, bool inbound) => WaitUntil(Reserve(bytes, inbound));

    /// <summary>Stays on the calling thread until a timestamp.</summary>
    public static void WaitUntil(long due)
    {
        while (true)
        {
            long left = due - Stopwatch.GetTimestamp();
            if (left <= 0)
            {
                return;
            }

            if (left > LongWait)
            {
                Thread.Yield();
            }
        }
    }
}
