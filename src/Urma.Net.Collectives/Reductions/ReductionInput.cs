namespace Urma.Net.Collectives.Reductions;

/// <summary>What a pass reads; addresses are pinned for its duration.</summary>
internal readonly unsafe struct ReductionInput(nint* sources, int count, double* factors, int divisor)
{
    public readonly nint* Sources = sources;

    /// <summary>Sources, at least 1.</summary>
    public readonly int Count = count;

    /// <summary>One of each source, or null where nothing is multiplied.</summary>
    public readonly double* Factors = factors;

    public readonly int Divisor = divisor;
}
