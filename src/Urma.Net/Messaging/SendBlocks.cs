namespace Urma.Net.Messaging;

/// <summary>Why nothing can be sent at the moment, or any more.</summary>
[Flags]
internal enum SendBlocks
{
    /// <summary>Nothing is in the way but credit.</summary>
    None = 0,

    /// <summary>An awaited send is pending: the next message is its.</summary>
    Pending = 1,

    /// <summary>The end was sent.</summary>
    Completed = 2,

    /// <summary>The peer closed its channel.</summary>
    PeerClosed = 4,

    /// <summary>The peer is gone or broke the protocol.</summary>
    Faulted = 8,

    /// <summary>This end is closed.</summary>
    Disposed = 16,
}
