using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>Measures how far a range is: dependent loads where it is plain memory, small copies elsewhere, and one larger copy.</summary>
/// <remarks>Reads only. Takes well below a millisecond, and where a link is slower than that, a few of its accesses.</remarks>
internal static unsafe class DistanceProbe
{
    private const int LineLength = 64;
    private const int Window = 256 << 10;
    private const int Batches = 15;
    private const int LoadsPerBatch = 48;
    private const int Copies = 24;
    private const int LargeCopies = 5;
    private const int SmallestCopy = 4096;
    private const int LeastSamples = 5;

    // Nanoseconds of a link; beyond, mappings would have to stay for longer than a measurement is worth.
    private const double SlowestLoad = 1e6;

    private static readonly long Patience = Stopwatch.Frequency / 2000;
    private static readonly double ClockCost = MeasureClock();

    [ThreadStatic]
    private static byte[]? t_buffer;

    /// <summary>Measures; null where the range cannot be read any more.</summary>
    public static MemoryDistance? Measure(GlobalMemory memory, TranslationRange range)
    {
        long length = Math.Min(range.Length, Window);
        long windows = range.Length / length;

        // Another place each time, because what was measured lately lies in a cache.
        long offset = Random.Shared.NextInt64(windows) * length;
        double? latency = range.Memory == null || length < SmallestCopy || range.Link is { Model.Nanoseconds: > SlowestLoad }
            ? TimeCopies(memory, range, offset, length)
            : memory.Inside(() => !range.IsCurrent ? null
                : range.Link is { } link ? TimeDelayedLoads(range.Memory + offset, length, link)
                : TimeLoads(range.Memory + offset, length));
        return latency is { } nanoseconds
            ? new MemoryDistance(nanoseconds, TimeLargeCopies(memory, range, offset, length), DateTimeOffset.UtcNow)
            : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double? TimeLoads(byte* start, long length)
    {
        // Zero, but neither the compiler nor the processor knows: it makes the next address depend on the last value.
        ulong zero = (ulong)(Environment.TickCount64 >> 62);
        ulong sum = TouchPages(start, length);

        // An odd multiplier and an odd increment visit every line once before any is visited twice.
        ulong lines = 1UL << (63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)length / LineLength));
        ulong line = sum & zero;
        Span<double> times = stackalloc double[Batches];
        int taken = 0;
        long begin = Stopwatch.GetTimestamp();
        while (taken < Batches && MayGoOn(taken, begin))
        {
            long before = Stopwatch.GetTimestamp();
            for (int i = 0; i < LoadsPerBatch; i++)
            {
                line = ((line * 1_664_525) + 1_013_904_223) & (lines - 1);
                line += *(ulong*)(start + (line * LineLength)) & zero;
            }

            times[taken++] = (NanosecondsSince(before) - ClockCost) / LoadsPerBatch;
        }

        return Median(times[..taken]);
    }

    // Not by copies, whose code is not yet compiled well when the first memory is imported: that would show more than the link.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double? TimeDelayedLoads(byte* start, long length, FabricLink link)
    {
        _ = TouchPages(start, length);
        Span<double> times = stackalloc double[Copies];
        int taken = 0;
        long begin = Stopwatch.GetTimestamp();
        while (taken < Copies && MayGoOn(taken, begin))
        {
            long before = Stopwatch.GetTimestamp();
            link.Delay(sizeof(ulong), inbound: true);
            _ = Volatile.Read(ref *(ulong*)(start + (taken * (length / Copies) & ~7L)));
            times[taken++] = NanosecondsSince(before) - ClockCost;
        }

        return Median(times[..taken]);
    }

    private static double? TimeCopies(GlobalMemory memory, TranslationRange range, long offset, long length)
    {
        Span<double> times = stackalloc double[Copies];
        Span<byte> word = stackalloc byte[(int)Math.Min(sizeof(ulong), range.Length)];
        var start = new GlobalAddress(range.Eid, range.Uasid, range.Start + (ulong)offset);
        int taken = 0;
        long begin = Stopwatch.GetTimestamp();

        // The first fills the translation cache: it counts only where there is no time for another.
        for (int i = 0; i <= Copies && MayGoOn(taken, begin); i++)
        {
            long place = Math.Min(i * (length / (Copies + 1)), length - word.Length) & ~7L;
            long before = Stopwatch.GetTimestamp();
            if (memory.TryXcopy(word, start + place) != GlobalMemoryStatus.Success)
            {
                return null;
            }

            double took = NanosecondsSince(before) - ClockCost;
            taken = Math.Max(i, 1);
            times[taken - 1] = took;
        }

        return Median(times[..taken]);
    }

    private static double? TimeLargeCopies(GlobalMemory memory, TranslationRange range, long offset, long length)
    {
        // As much as a modelled link carries in the time there is.
        double budget = range.Link is { } link ? link.Model.BytesPerSecond * Patience / Stopwatch.Frequency / LargeCopies : length;
        int size = (int)Math.Min(length, budget) & ~(SmallestCopy - 1);
        if (size < SmallestCopy)
        {
            return null;
        }

        byte[] buffer = t_buffer ??= GC.AllocateUninitializedArray<byte>(Window, pinned: true);
        var start = new GlobalAddress(range.Eid, range.Uasid, range.Start + (ulong)offset);
        Span<double> times = stackalloc double[LargeCopies];
        int taken = 0;
        long begin = Stopwatch.GetTimestamp();
        while (taken < LargeCopies && MayGoOn(taken, begin))
        {
            long before = Stopwatch.GetTimestamp();
            if (memory.TryXcopy(buffer.AsSpan(0, size), start) != GlobalMemoryStatus.Success)
            {
                return null;
            }

            times[taken++] = NanosecondsSince(before) / 1e9;
        }

        return size / Median(times[..taken]);
    }

    // The kernel maps a page when it is first touched, which takes longer than what is measured.
    private static ulong TouchPages(byte* start, long length)
    {
        ulong sum = 0;
        for (long at = 0; at < length; at += PageSize.Bytes)
        {
            sum += Volatile.Read(ref start[at]);
        }

        return sum;
    }

    // Fractions count, because many loads share one measurement.
    private static double NanosecondsSince(long timestamp) => (Stopwatch.GetTimestamp() - timestamp) * Elapsed.NanosecondsPerTick;

    // A few in any case, because the first ones are slow where code is new, unless even these take long.
    private static bool MayGoOn(int taken, long begin)
    {
        long took = Stopwatch.GetTimestamp() - begin;
        return taken == 0 || took < Patience || (taken < LeastSamples && took < Patience * LeastSamples * 2);
    }

    private static double Median(Span<double> values)
    {
        values.Sort();
        return values[values.Length / 2];
    }

    private static double MeasureClock()
    {
        Span<double> times = stackalloc double[Batches];
        foreach (ref double time in times)
        {
            long before = Stopwatch.GetTimestamp();
            time = NanosecondsSince(before);
        }

        return Median(times);
    }
}
