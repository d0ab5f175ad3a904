using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Tool.Placement;

/// <summary>
/// What borrowing costs: loads of a working set, a share of whose memory is borrowed from another process. Own and borrowed memory are
/// both behind modelled links, and are loaded through views, one load after the other.
/// </summary>
internal sealed class BorrowSweep : IDisposable
{
    /// <summary>How much slower a program may become: the goal of the published figures.</summary>
    public const double LossGoal = 0.05;

    private const int Slots = 1 << 12;
    private const int SlotLength = 64;
    private const int AccessesPerSlice = 1000;
    private const int UncountedSlices = 20;
    private const double LocalityRatio = 0.25;
    private const string NearLabel = "urma near";

    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(1);
    private static readonly double[] Ratios = [0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50];
    private static readonly double[] Exponents = [0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4];

    private readonly int _slices;
    private readonly UrmaContext _context;
    private readonly UrmaContext _near;
    private readonly Segment _ownMemory;
    private readonly TargetSegment _own;
    private readonly LenderProcess _lender;

    public BorrowSweep(string provider, FabricModel local, FabricModel borrowed, int slices)
    {
        _slices = slices;
        Local = local;
        Borrowed = borrowed;
        _near = UrmaContext.Open(provider, new UrmaContextOptions { Label = NearLabel });
        _context = UrmaContext.Open(provider, new UrmaContextOptions
        {
            Label = "urma borrower",
            FabricProfile = new FabricProfile("borrow sweep", [new FabricRule(local) { Label = NearLabel }], borrowed),
        });
        _ownMemory = _near.AllocateSegment(Slots * SlotLength);
        _own = _context.ImportSegment(_ownMemory.Descriptor, _ownMemory.Token);
        var policy = new BorrowPolicy { OwnMemory = Slots * SlotLength, RatioCap = 0.5, TriggerFreeRatio = 1 };
        _lender = LenderProcess.Start(_context, policy, Ratios.Select(LengthOf), 1);
    }

    public FabricModel Local { get; }

    public FabricModel Borrowed { get; }

    /// <summary>Measures in vain until the compiler is done.</summary>
    public void WarmUp()
    {
        long end = Environment.TickCount64 + (long)WarmUpTime.TotalMilliseconds;
        while (Environment.TickCount64 < end)
        {
            _ = Measure(LocalityRatio, 0);
        }
    }

    /// <summary>Uniform accesses, more and more of the memory borrowed.</summary>
    public IReadOnlyList<SweepPoint> MeasureRatios() => [.. Ratios.Select(ratio => Measure(ratio, 0))];

    /// <summary>A quarter of the memory borrowed, its coldest; accesses from uniform to very local.</summary>
    public IReadOnlyList<SweepPoint> MeasureLocality() => [.. Exponents.Select(exponent => Measure(LocalityRatio, exponent))];

    /// <summary>The share of accesses to borrowed memory at which the loss passes <see cref="LossGoal"/>, between the points next to it; null where it does not.</summary>
    public static (double Share, double Exponent)? FindGoal(IReadOnlyList<SweepPoint> points)
    {
        for (int i = 1; i < points.Count; i++)
        {
            (SweepPoint before, SweepPoint after) = (points[i - 1], points[i]);
            if (before.Loss > LossGoal && after.Loss <= LossGoal)
            {
                double part = (before.Loss - LossGoal) / (before.Loss - after.Loss);
                return (before.RemoteShare + (part * (after.RemoteShare - before.RemoteShare)), before.Exponent + (part * (after.Exponent - before.Exponent)));
            }
        }

        return null;
    }

    public void Dispose()
    {
        _lender.Dispose();
        _own.Dispose();
        _context.Dispose();
        _ownMemory.Dispose();
        _near.Dispose();
    }

    private static long LengthOf(double ratio) => (long)Math.Round(Slots * ratio) * SlotLength;

    private SweepPoint Measure(double ratio, double exponent)
    {
        // What the last point returned is cleaned before it can be borrowed again.
        using BorrowedMemory lease = _lender.Pool.BorrowAsync(LengthOf(ratio), wait: TimeSpan.FromSeconds(10)).GetAwaiter().GetResult();
        int[] slots = Draw(exponent);
        int ownSlots = Slots - (int)(lease.Length / SlotLength);
        double share = slots.Count(s => s >= ownSlots) / (double)slots.Length;
        var times = new double[_slices];
        var ratios = new double[_slices];
        using SegmentView own = _own.Map();
        using SegmentView borrowed = lease.Map();
        for (int slice = -UncountedSlices; slice < _slices; slice++)
        {
            // The same loads with nothing borrowed right before, so that both see the same machine.
            ReadOnlySpan<int> part = slots.AsSpan((slice + UncountedSlices) % (slots.Length / AccessesPerSlice) * AccessesPerSlice, AccessesPerSlice);
            // Whoever is first finds colder caches: that takes turns.
            double first = slice % 2 == 0 ? Load(own, own, Slots, part) : Load(own, borrowed, ownSlots, part);
            double second = slice % 2 == 0 ? Load(own, borrowed, ownSlots, part) : Load(own, own, Slots, part);
            (double alone, double mixed) = slice % 2 == 0 ? (first, second) : (second, first);
            if (slice >= 0)
            {
                times[slice] = mixed;
                ratios[slice] = mixed / alone;
            }
        }

        Array.Sort(times);
        Array.Sort(ratios);
        double closed = share * (Borrowed.Nanoseconds - Local.Nanoseconds) / Local.Nanoseconds;
        return new SweepPoint(ratio, exponent, share, times[_slices / 2], ratios[_slices / 2] - 1, closed);
    }

    // Nanoseconds for each load.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Load(SegmentView own, SegmentView borrowed, int ownSlots, ReadOnlySpan<int> slots)
    {
        long sum = 0;
        long start = Stopwatch.GetTimestamp();
        foreach (int slot in slots)
        {
            sum += slot < ownSlots
                ? own.LoadAcquire<long>((long)slot * SlotLength)
                : borrowed.LoadAcquire<long>((long)(slot - ownSlots) * SlotLength);
        }

        double took = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        return sum == 0 ? took / slots.Length : throw new ToolException("The memory of the sweep is not what was written: all zero.");
    }

    // Slots by Zipf's law, the most used first: the coldest are those that are borrowed.
    private static int[] Draw(double exponent)
    {
        var cumulated = new double[Slots];
        double sum = 0;
        for (int rank = 0; rank < Slots; rank++)
        {
            sum += Math.Pow(rank + 1, -exponent);
            cumulated[rank] = sum;
        }

        // Stratified, so that every slice has its share of remote accesses and not its luck; then shuffled inside each slice.
        var random = new Random(1);
        var slots = new int[AccessesPerSlice * 20];
        for (int i = 0; i < slots.Length; i++)
        {
            double target = (i % AccessesPerSlice + random.NextDouble()) / AccessesPerSlice * sum;
            int found = Array.BinarySearch(cumulated, target);
            slots[i] = Math.Min(found < 0 ? ~found : found, Slots - 1);
        }

        for (int slice = 0; slice < slots.Length; slice += AccessesPerSlice)
        {
            random.Shuffle(slots.AsSpan(slice, AccessesPerSlice));
        }

        return slots;
    }
}
