namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>Operations that ranks of the peer program carry out; the names are the library's.</summary>
public enum CollectiveKindName
{
    AllReduce,
    Reduce,
    Broadcast,
    AllGather,
    ReduceScatter,
    AllToAll,
    Gather,
    Scatter,
    Barrier,
}
