namespace Urma.Net.Collectives;

/// <summary>What a call does.</summary>
internal enum CollectiveKind : byte
{
    None,
    Barrier,
    AllReduce,
    Reduce,
    Broadcast,
    AllGather,
    ReduceScatter,
    AllToAll,
    AllToAllV,
    Gather,
    Scatter,
    Send,
    Receive,
    PutSignal,
    Signal,
    WaitSignal,
    DeregisterWindow,
    Split,
}
