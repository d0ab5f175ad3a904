namespace Urma.Net;

/// <summary>Where a piece of global memory lies: as much of the range asked for as lies in one segment.</summary>
public sealed record PlacementPiece
{
    /// <summary>First byte; device and engine say which node.</summary>
    public required GlobalAddress Address { get; init; }

    /// <summary>Bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Whether it is this context's own memory.</summary>
    public required bool IsOwn { get; init; }

    /// <summary>The owner's process, as this one sees it; 0 where that cannot be known.</summary>
    public int ProcessId { get; init; }

    /// <summary>The owner's name for people; null where it has none.</summary>
    public string? Label { get; init; }

    /// <summary>
    /// The NUMA node of its pages; null where the kernel does not tell, the memory is not mapped here, or samples of its pages lie on
    /// several nodes.
    /// </summary>
    public int? NumaNode { get; init; }

    /// <summary>How far it is, as a class: what the modelled link stands for, otherwise what the kernel says of its pages.</summary>
    public required MemoryTier Tier { get; init; }

    /// <summary>How far it was when last measured; null where it has not been measured yet.</summary>
    public MemoryDistance? Distance { get; init; }

    /// <summary>
    /// Whether loads from here go through this processor's caches. Not so behind a modelled link, which every access crosses, and not
    /// for memory that is copied by the kernel.
    /// </summary>
    public required bool IsCacheable { get; init; }

    /// <summary>The modelled link on the way; null without one.</summary>
    public FabricModel? Link { get; init; }
}
