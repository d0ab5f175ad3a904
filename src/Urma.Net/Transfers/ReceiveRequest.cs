using System.Runtime.InteropServices;

namespace Urma.Net;

/// <summary>A buffer offered to the next message.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct ReceiveRequest
{
    /// <summary>Offers one buffer.</summary>
    /// <param name="buffer">Where the message goes; its length is the longest message it can take. May be empty (for write-with-immediate).</param>
    /// <param name="userContext">Comes back in the completion.</param>
    public ReceiveRequest(SegmentRange buffer, ulong userContext = 0)
    {
        Buffer = buffer;
        UserContext = userContext;
    }

    private ReceiveRequest(int start, int count, ulong userContext)
    {
        ScatterStart = start;
        ScatterCount = count;
        UserContext = userContext;
    }

    /// <summary>The only buffer; default where an SGE list is used.</summary>
    public SegmentRange Buffer { get; }

    /// <summary>Comes back in the completion.</summary>
    public ulong UserContext { get; }

    internal int ScatterStart { get; }

    internal int ScatterCount { get; }

    /// <summary>Offers several buffers, filled in order.</summary>
    /// <param name="start">Index of the first element in the scatter span passed along.</param>
    /// <param name="count">Elements, 1 to the JFR's <see cref="JfrOptions.MaxSge"/>.</param>
    /// <param name="userContext">Comes back in the completion.</param>
    public static ReceiveRequest Scatter(int start, int count, ulong userContext = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new ReceiveRequest(start, count, userContext);
    }
}
