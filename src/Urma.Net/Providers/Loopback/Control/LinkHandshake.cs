using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>The state of a connection whose other end is not a peer yet. Fabric thread only.</summary>
internal sealed class LinkHandshake : IDisposable
{
    /// <summary>Until when the other end must have introduced itself.</summary>
    internal required Deadline Deadline { get; set; }

    /// <summary>The attempt this connection was made for; null for an accepted one.</summary>
    internal ConnectAttempt? Attempt { get; init; }

    /// <summary>Watches the process at the other end of a connection we made.</summary>
    internal PidWatch? Watch { get; set; }

    /// <summary>Whether the other end hung up and only the reason is still to be learned.</summary>
    internal bool HungUp { get; set; }

    /// <summary>What the other end said; null until it did.</summary>
    internal Hello? Hello { get; set; }

    /// <summary>The process it sent.</summary>
    internal PidFd? Process { get; set; }

    /// <summary>The context page it sent.</summary>
    internal SharedMapping? ContextPage { get; set; }

    /// <summary>Releases what did not go to a peer.</summary>
    public void Dispose()
    {
        Watch?.Dispose();
        Process?.Dispose();
        ContextPage?.Dispose();
    }
}
