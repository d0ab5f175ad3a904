namespace Urma.Net.Tool.Coll;

/// <summary>What <c>urma coll</c> measures.</summary>
internal enum CollOperation
{
    AllReduce,
    Broadcast,
    Reduce,
    AllGather,
    ReduceScatter,
    AllToAll,
    AllToAllV,
    Gather,
    Scatter,
    SendReceive,
    Barrier,
}
