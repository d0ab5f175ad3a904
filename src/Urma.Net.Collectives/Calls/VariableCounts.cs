namespace Urma.Net.Collectives;

/// <summary>Counts and displacements, in elements, of a call whose blocks differ in size; indexed by rank.</summary>
internal sealed class VariableCounts(int size)
{
    /// <summary>Beyond, bytes and sums of them would overflow.</summary>
    public const long MaxElements = long.MaxValue / sizeof(ulong) / 2;

    public long[] SendCounts { get; } = new long[size];

    public long[] SendDisplacements { get; } = new long[size];

    public long[] ReceiveCounts { get; } = new long[size];

    public long[] ReceiveDisplacements { get; } = new long[size];
}
