namespace Urma.Net.Compare.Workloads;

/// <summary>Why a peer is ahead of us where it is: what it does otherwise, as far as it is known.</summary>
internal static class Reasons
{
    /// <summary>One-sided operations over mapped memory that are calls.</summary>
    public const string CallWithoutCompletion =
        "Over shared memory its operation is a copy inside the call, and done when that returns. Ours is a request with a completion, which is written and polled: some nanoseconds more, which only short operations show.";

    /// <summary>Small messages without posted receives.</summary>
    public const string CellWithoutReceive =
        "Its short message is a cell of a queue that the receiver's library reads and copies from. Each of ours takes a receive that the receiver posted, fills its buffer and leaves a completion to be polled: more work and more shared words for 8 bytes.";

    public const string RuntimeStarts =
        "Its programs are compiled C. Ours are two .NET processes: each starts the runtime, and compiles what was not compiled when urma was built, before the first message. The row compiled ahead of time does neither.";

    public const string SocketPair =
        "A pair of sockets is a few calls of the kernel. A connection of ours is two jetties, each with rings in a memory file, which the other end imports through its control thread and maps.";

    public const string Yields =
        "It calls sched_yield until a message is there, so the kernel changes between two processes that never sleep. Ours sleeps and is woken, as the yardstick does, and leaves the processor to others meanwhile.";

    public const string Sleeps =
        "Its receiver sleeps in epoll, and wakes and polls in one thread of C. Ours arms its lanes by a barrier on all processors (membarrier) before it sleeps in a futex, so that senders need none while it is awake.";
}
