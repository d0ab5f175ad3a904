namespace Urma.Net;

/// <summary>How an engine stands to another.</summary>
public enum PeerState
{
    /// <summary>Connected; a stopped process is, too.</summary>
    Connected,

    /// <summary>It died, left, or was given up.</summary>
    Lost,
}
