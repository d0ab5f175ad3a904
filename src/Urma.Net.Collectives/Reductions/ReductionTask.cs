namespace Urma.Net.Collectives.Reductions;

/// <summary>What a pass reads and where it writes; addresses are pinned for its duration.</summary>
internal readonly unsafe struct ReductionTask(nint* sources, int count, nint* destinations, int destinationCount, double* factors, double divisor)
{
    public readonly nint* Sources = sources;

    /// <summary>Sources, at least 1.</summary>
    public readonly int Count = count;

    /// <summary>All of them get the same result.</summary>
    public readonly nint* Destinations = destinations;

    /// <summary>Destinations, at least 1.</summary>
    public readonly int DestinationCount = destinationCount;

    /// <summary>One of each source, or null where nothing is multiplied.</summary>
    public readonly double* Factors = factors;

    public readonly double Divisor = divisor;
}
