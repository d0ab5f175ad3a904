namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>Operations that ranks of the peer program carry out, by the names that it knows.</summary>
public enum PeerOperation
{
    AllReduce,
    Reduce,
    Broadcast,
    AllGather,
    ReduceScatter,
    AllToAll,
    AllToAllV,
    Gather,
    Scatter,
    Barrier,
    Send,
    Receive,
    SendAndReceive,
    PutSignal,
}
