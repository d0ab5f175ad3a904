namespace Urma.Net;

/// <summary>What the software UMMU of a context has done. Totals over all threads; exact while none translates.</summary>
public readonly record struct TranslationCounters
{
    /// <summary>Translations found in a thread's cache.</summary>
    public long Hits { get; init; }

    /// <summary>Translations that had to look into the table.</summary>
    public long Misses { get; init; }

    /// <summary>Cached translations that made room for others.</summary>
    public long Evictions { get; init; }

    /// <summary>Times a thread emptied its cache because an import or segment went.</summary>
    public long Invalidations { get; init; }

    /// <summary>Misses that found nothing: see <see cref="GlobalMemoryStatus"/>.</summary>
    public long Faults { get; init; }

    /// <summary>How long misses took that found something.</summary>
    public LatencyHistogram MissPenalty { get; init; }

    /// <summary>Both together.</summary>
    internal TranslationCounters Plus(in TranslationCounters other) => new()
    {
        Hits = Hits + other.Hits,
        Misses = Misses + other.Misses,
        Evictions = Evictions + other.Evictions,
        Invalidations = Invalidations + other.Invalidations,
        Faults = Faults + other.Faults,
        MissPenalty = MissPenalty.Plus(other.MissPenalty),
    };

    /// <summary>Hits by hits and misses; 1 where nothing was translated.</summary>
    public double HitRatio => Hits + Misses == 0 ? 1 : (double)Hits / (Hits + Misses);
}
