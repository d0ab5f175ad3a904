namespace Urma.Net.Tool.Perftest;

/// <summary>How an awaited operation comes to its end.</summary>
internal enum AsyncMode
{
    /// <summary>It has completed when the call returns, so the await does not suspend.</summary>
    Synchronous = 0,

    /// <summary>It completes later and the thread that polls runs the continuation.</summary>
    Poller,

    /// <summary>It completes later and a pool thread runs the continuation.</summary>
    Pool,
}
