using System.Diagnostics;

namespace Urma.Net.Internal;

/// <summary>
/// Grants reservations against a measured <see cref="MemoryHeadroom"/>. Measuring costs over 100 µs; ten thousand small
/// segments are served from one measurement as long as it is fresh and they are a small part of it.
/// </summary>
/// <remarks>Thread-safe. What it granted is subtracted at once, so a burst cannot spend the same memory twice.</remarks>
internal sealed class HeadroomBudget
{
    /// <summary>Bytes never granted: page tables, the kernel's per-processor batches, whoever else allocates meanwhile.</summary>
    internal const long Margin = 4L << 20;

    // A grant from an old measurement risks what others took meanwhile: keep it short and small.
    private const long SmallPart = 64;
    private static readonly long Freshness = Stopwatch.Frequency / 20;

    private readonly Func<MemoryHeadroom> _measure;
    private readonly Lock _gate = new();
    private MemoryHeadroom _measured;
    private long _measuredAt;
    private long _left;

    /// <summary>Creates a budget over a way to measure.</summary>
    internal HeadroomBudget(Func<MemoryHeadroom> measure) => _measure = measure;

    /// <summary>The budget of this process.</summary>
    internal static HeadroomBudget Process { get; } = new(() => MemoryHeadroom.Measure());

    /// <summary>Takes memory out of the budget.</summary>
    /// <param name="length">Bytes about to be reserved.</param>
    /// <param name="headroom">The measurement that decided.</param>
    /// <returns>False if they would eat into the margin.</returns>
    internal bool TryTake(long length, out MemoryHeadroom headroom)
    {
        lock (_gate)
        {
            long now = Stopwatch.GetTimestamp();
            if (now - _measuredAt > Freshness || _measuredAt == 0 || length > _left / SmallPart)
            {
                _measured = _measure();
                _measuredAt = now;
                _left = _measured.Available - Margin;
            }

            headroom = _measured;
            if (length > _left)
            {
                return false;
            }

            _left -= length;
            return true;
        }
    }
}
