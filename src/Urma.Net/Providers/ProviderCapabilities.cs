namespace Urma.Net;

/// <summary>What a provider can do, and its limits. Probed, never assumed.</summary>
public sealed record ProviderCapabilities
{
    /// <summary>Imported segments can be mapped for load and store.</summary>
    public bool SupportsMapping { get; init; }

    /// <summary>How 4- and 8-byte atomics are executed.</summary>
    public AtomicSupport Atomics { get; init; }

    /// <summary>Atomics are atomic against the owner's own processor, too.</summary>
    public bool AtomicsAreGlobal { get; init; }

    /// <summary>Names can be published and looked up on the fabric.</summary>
    public bool SupportsRendezvous { get; init; }

    /// <summary>Longest inline payload in bytes.</summary>
    public int MaxInlineLength { get; init; }

    /// <summary>Most elements in an SGE list of a request.</summary>
    public int MaxSge { get; init; }

    /// <summary>Most buffers of one receive.</summary>
    public int MaxReceiveSge { get; init; }

    /// <summary>Deepest send queue.</summary>
    public int MaxJfsDepth { get; init; }

    /// <summary>Deepest receive queue.</summary>
    public int MaxJfrDepth { get; init; }

    /// <summary>Deepest completion queue.</summary>
    public int MaxJfcDepth { get; init; }

    /// <summary>Longest message in bytes.</summary>
    public long MaxMessageLength { get; init; }

    /// <summary>Most segments of a context.</summary>
    public int MaxSegments { get; init; }
}
