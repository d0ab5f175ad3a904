namespace Urma.Net.Tool.Coll;

/// <summary>One half of a line of the table.</summary>
/// <param name="Nanoseconds">One operation: of the slowest rank, over all iterations.</param>
/// <param name="Wrong">Wrong elements at all ranks; null where they were not counted.</param>
/// <param name="Iterations">How many operations were timed.</param>
internal sealed record CollTimes(double Nanoseconds, long? Wrong, long Iterations)
{
    /// <summary>Managed bytes for each operation, of the rank that allocated most.</summary>
    public double AllocatedBytes { get; init; }

    /// <summary>GB/s.</summary>
    public double AlgorithmBandwidth(in CollShape shape) => Nanoseconds > 0 ? shape.ShownBytes / Nanoseconds : 0;

    /// <summary>GB/s.</summary>
    public double BusBandwidth(in CollShape shape) => AlgorithmBandwidth(shape) * shape.BusFactor;
}
