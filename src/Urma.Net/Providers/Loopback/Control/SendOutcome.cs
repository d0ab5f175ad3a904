namespace Urma.Net.Providers.Loopback.Control;

/// <summary>What became of a frame handed to a connection.</summary>
internal enum SendOutcome
{
    /// <summary>It is on its way, in order.</summary>
    Accepted,

    /// <summary>The peer does not read and the queue for it is full: nothing was sent.</summary>
    Full,

    /// <summary>The connection is closed or about to be; the loss of the peer follows.</summary>
    Closed,
}
