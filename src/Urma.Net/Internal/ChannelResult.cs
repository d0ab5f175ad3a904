namespace Urma.Net.Internal;

/// <summary>What a non-blocking send or receive did.</summary>
internal enum ChannelResult
{
    /// <summary>One whole frame moved.</summary>
    Done,

    /// <summary>Nothing moved: no room, or no frame yet.</summary>
    WouldBlock,

    /// <summary>Nothing moved and nothing will: the peer closed the connection or died.</summary>
    Closed,
}
