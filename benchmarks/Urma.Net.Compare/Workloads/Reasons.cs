namespace Urma.Net.Compare.Workloads;

/// <summary>Why a peer is ahead of us where it is: what it does otherwise, as far as it is known.</summary>
internal static class Reasons
{
    /// <summary>One-sided operations over mapped memory that are calls.</summary>
    public const string CallWithoutCompletion =
        "Over shared memory its operation is a copy inside the call, and done when that returns. Ours is a request with a completion, which is written and polled: some nanoseconds more, which short operations show. Of long ones it is not known.";

    /// <summary>Small messages without posted receives.</summary>
    public const string CellWithoutReceive =
        "Its short message is one cell of a queue, and what was posted to receive is known to the receiver alone. Each of ours claims, by a compare-and-swap, a receive that the receiver posted in shared memory and posts again behind it, and travels in an entry of the sender's lane: more words change hands, which short messages show.";

    public const string RuntimeStarts =
        "Its programs are compiled C. Ours are two .NET processes: each starts the runtime, and compiles what was not compiled when urma was built, before the first message. The row compiled ahead of time starts a smaller runtime and compiles nothing.";

    public const string SocketPair =
        "A pair of sockets is a few calls of the kernel. A connection of ours is two jetties, each with rings in a memory file, which the other end imports through its control thread and maps.";

    public const string Yields =
        "Both give the processor away by sched_yield, once a message. Ours then looks at its doorbell and its queue by several calls where the other looks at one line; more is not known.";

    public const string LooksThenSleeps =
        "Both look for some microseconds before they sleep, so who sleeps less often is ahead. Where a wait really sleeps, ours arms its queue, sleeps on futexes, wakes, and polls; the other's wait is fewer calls of the kernel.";

    public const string OneCallSleeps =
        "Its wait is one call of the kernel that brings the message, too. Ours looks for some microseconds first, then arms its queue, sleeps on futexes, wakes, and polls.";
}
