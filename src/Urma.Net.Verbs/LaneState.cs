namespace Urma.Net.Verbs;

/// <summary>Whether a lane carries work.</summary>
internal enum LaneState
{
    /// <summary>The device takes what is posted.</summary>
    Ready = 0,

    /// <summary>A request failed, and with it the connection: what was behind it comes back flushed.</summary>
    Broken = 1,

    /// <summary>Everything came back; it is being connected anew. What is posted waits.</summary>
    Reconnecting = 2,

    /// <summary>It could not be connected again: what is posted fails until another try succeeds.</summary>
    Lost = 3,

    /// <summary>Its queue, its target or its peer is gone; it never carries anything again.</summary>
    Ended = 4,
}
