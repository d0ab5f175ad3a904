namespace Urma.Net.Collectives;

/// <summary>By which way the ranks of a communicator reach each other.</summary>
public enum CollectivePath
{
    /// <summary>
    /// By where the ranks are: <see cref="Mapped"/> where all can map each other's memory; on several hosts mapped memory on each and posted writes between
    /// them; otherwise <see cref="Posted"/>. Ranks count to one host if they run on one machine, or say so by <c>URMA_HOST_ID</c>, and could map each other's
    /// memory when they joined. On several hosts that includes ranks whose provider maps nothing (RDMA, UB devices): they share memory of their host's kernel, through
    /// which what they exchange there is copied.
    /// </summary>
    Automatic,

    /// <summary>Loads and stores in each other's memory. Joining fails where that is not possible between all ranks.</summary>
    Mapped,

    /// <summary>Posted writes between all ranks, over every provider and between hosts, also where memory could be mapped.</summary>
    Posted,
}
