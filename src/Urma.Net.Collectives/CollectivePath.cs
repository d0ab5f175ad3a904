namespace Urma.Net.Collectives;

/// <summary>By which way the ranks of a communicator reach each other.</summary>
public enum CollectivePath
{
    /// <summary><see cref="Mapped"/> where all ranks are on one host and the provider maps memory, otherwise <see cref="Posted"/>.</summary>
    Automatic,

    /// <summary>Loads and stores in each other's memory. Joining fails where that is not possible.</summary>
    Mapped,

    /// <summary>Posted writes, over every provider and between hosts.</summary>
    Posted,
}
