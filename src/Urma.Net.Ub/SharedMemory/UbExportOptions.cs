namespace Urma.Net.Ub;

/// <summary>How <see cref="UbSharedMemory.Export(long, UbExportOptions?)"/> provides memory.</summary>
public sealed record UbExportOptions
{
    /// <summary>Defaults: NUMA node 0, no bus controller named, memory from the system where the pool has none.</summary>
    public static UbExportOptions Default { get; } = new();

    /// <summary>The NUMA node of this machine whose memory is given, 0 to 15.</summary>
    public int NumaNode { get; init; }

    /// <summary>The EID of the bus controller that gives the memory; the software libobmm takes any.</summary>
    public Eid Controller { get; init; }

    /// <summary>Takes memory that OBMM has set aside only, and fails where that is not enough, instead of waiting for the system.</summary>
    public bool FromPoolOnly { get; init; }
}
