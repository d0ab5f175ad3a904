namespace Urma.Net.Compare.Peers;

/// <summary>Somebody who is measured.</summary>
/// <param name="Id">One of <see cref="PeerIds"/>.</param>
/// <param name="Name">What readers see.</param>
/// <param name="State">Whether it is there.</param>
internal sealed record Peer(string Id, string Name, PeerPresence State)
{
    /// <summary>Its version; null where it is not known.</summary>
    public string? Version { get; init; }

    /// <summary>Why it is not there.</summary>
    public string? Why { get; init; }

    /// <summary>The command that installs it.</summary>
    public string? Install { get; init; }
}
