namespace Urma.Net.Internal;

/// <summary>How <see cref="AdoptedMemory"/> treats the pages it takes.</summary>
internal sealed record AdoptionOptions
{
    /// <summary>Whole pages, writable by importers.</summary>
    internal static readonly AdoptionOptions Default = new();

    /// <summary>
    /// Leave out pages that the memory shares with its neighbours. Needed for memory inside a garbage-collected heap or
    /// wherever another thread may write next to it; the bytes left out stay private and cannot be reached by mapping.
    /// </summary>
    internal bool ExcludeEdgePages { get; init; }

    /// <summary>Make the kernel refuse writes by importers.</summary>
    internal bool ReadOnlyForOthers { get; init; }
}
