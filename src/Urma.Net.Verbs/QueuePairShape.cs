using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>The queues of a queue pair.</summary>
internal unsafe ref struct QueuePairShape
{
    /// <summary>Where its requests report.</summary>
    public ibv_cq* SendQueue;

    /// <summary>Where the receives report that its peer's messages fill.</summary>
    public ibv_cq* ReceiveQueue;

    /// <summary>The receives; null where no message comes.</summary>
    public ibv_srq* SharedReceives;

    /// <summary>Requests of the device's under way.</summary>
    public int SendDepth;

    /// <summary>Elements of a request.</summary>
    public int MaxSge;

    /// <summary>Whether its peer may read and write memory that is granted, with its key.</summary>
    public bool ServesMemory;

    /// <summary>Bytes that requests may carry in themselves.</summary>
    public int Inline;
}
