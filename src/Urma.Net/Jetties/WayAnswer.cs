namespace Urma.Net;

/// <summary>How an <see cref="IQueueWay"/> ended its search.</summary>
internal enum WayAnswer
{
    /// <summary>The request can run.</summary>
    Bound,

    /// <summary>The peer is not there yet: ask again, until the acknowledgement timeout.</summary>
    NotYet,

    /// <summary>The request fails.</summary>
    Failed,
}
