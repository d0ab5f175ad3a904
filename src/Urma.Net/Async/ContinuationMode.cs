namespace Urma.Net;

/// <summary>Where the code after an <c>await</c> runs when the operation had not completed at once.</summary>
public enum ContinuationMode
{
    /// <summary>On the thread pool, or where the caller's synchronization context asks: safe whatever the code does.</summary>
    ThreadPool = 0,

    /// <summary>
    /// On the thread that found the completion: the one that polls, or the channel's pump. Saves the trip through the thread pool
    /// (microseconds). The code must return soon and must not block on another operation of the same channel.
    /// </summary>
    Inline = 1,
}
