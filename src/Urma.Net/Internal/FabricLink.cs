using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Internal;

/// <summary>The link of a <see cref="FabricModel"/>: when what is sent now is at the other end.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class FabricLink
{
    // Finer than the clock, or short operations could not follow each other faster than one in a nanosecond.
    private const int FractionBits = 6;

    // Keeps the sums below from overflowing: eighteen days.
    private const double LongestUse = 1e17;
    private const long FarthestEnd = 1L << 61;

    // Longer waits let somebody else run meanwhile.
    private static readonly long LongWait = Stopwatch.Frequency / 20_000;

    // Nanoseconds; above, the model's own cost does not matter.
    private const double CompensatedBelow = 10_000;
    private const int CalibrationPasses = 3;
    private const double CalibrationNanoseconds = 100_000;
    private const int CalibrationRounds = 9;
    private const int MostCalibrationCalls = 1000;

    private static readonly long FineWait = Stopwatch.Frequency * 60 / 1_000_000_000;
    private static readonly Lazy<double> SpinsPerTick = new(CalibrateSpin);

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long _latency;
    private readonly double _unitsPerByte;
    private long _outFreeAt;
    private long _inFreeAt;

    public FabricLink(FabricModel model)
    {
        Model = model;
        double ticksPerNanosecond = Stopwatch.Frequency / 1e9;
        _latency = (long)Math.Ceiling(model.Nanoseconds * ticksPerNanosecond);
        _unitsPerByte = Stopwatch.Frequency * (double)(1 << FractionBits) / model.BytesPerSecond;
        if (model.Nanoseconds is > 0 and < CompensatedBelow)
        {
            Calibrate();
        }
    }

    public FabricModel Model { get; }

    public bool AllowsUndelayedViews => Model.AllowUndelayedViews;

    /// <summary>Timestamp units an operation is under way.</summary>
    public long Latency => _latency;

    /// <summary>Timestamp units by which a thread that reserves and waits would be late; 0 where the latency makes them meaningless.</summary>
    public long OwnCost { get; private set; }

    /// <summary>Sends bytes over the link behind all that went the same way.</summary>
    /// <param name="bytes">How many; a nonsensical number counts as none, because its operation will fail.</param>
    /// <param name="inbound">From the peer: a read.</param>
    /// <returns>The timestamp at which the last of them has arrived.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Delay(long bytes, bool inbound) => WaitUntil(Reserve(bytes, inbound) - OwnCost);

    /// <summary>Stays on the calling thread until a timestamp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WaitUntil(long due)
    {
        while (true)
        {
            long left = due - Stopwatch.GetTimestamp();
            if (left <= 0)
            {
                return;
            }

            if (left < FineWait)
            {
                // The clock counts finer than it can be asked.
                _ = Spin((long)(left * SpinsPerTick.Value));
                return;
            }

            if (left > LongWait)
            {
                Thread.Yield();
            }
        }
    }

    // Some cycles for each turn, which none of them can begin before the last has ended.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static ulong Spin(long turns)
    {
        ulong value = 1;
        for (long i = 0; i < turns; i++)
        {
            value = (value * 6_364_136_223_846_793_005) + 1;
        }

        return value;
    }

    private static double CalibrateSpin()
    {
        const int Turns = 20_000;
        long least = long.MaxValue;
        for (int round = 0; round < CalibrationRounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            _ = Spin(Turns);
            least = Math.Min(least, Stopwatch.GetTimestamp() - start);
        }

        return Turns / (double)Math.Max(least, 1);
    }

    // What Delay takes longer than it should: looking at the clock, and what is around it. In passes, because it depends on how the
    // looks fall into the time to wait. The smallest of some rounds, because everything else that happens only adds.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void Calibrate()
    {
        // As programs load: through a view.
        ulong word = 0;
        var lease = new DelayedLease(null, this, sizeof(ulong), writable: false);
        var view = new SegmentView((byte*)&word, writable: false, lease);
        long transfer = (long)Math.Min(Math.Ceiling(sizeof(ulong) * _unitsPerByte), LongestUse) >> FractionBits;
        double nanoseconds = Model.Nanoseconds + (sizeof(ulong) * 1e9 / Model.BytesPerSecond);
        int calls = (int)Math.Clamp(CalibrationNanoseconds / nanoseconds, 1, MostCalibrationCalls);
        for (int pass = 0; pass < CalibrationPasses; pass++)
        {
            long least = long.MaxValue;
            for (int round = 0; round < CalibrationRounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < calls; i++)
                {
                    _ = view.LoadAcquire<ulong>(0);
                }

                least = Math.Min(least, (Stopwatch.GetTimestamp() - start) / calls);
            }

            // Where no round was quiet, the link must still delay.
            OwnCost = Math.Clamp(OwnCost + least - _latency - transfer, 0, _latency / 2);
        }
    }
}
