namespace Urma.Net.Collectives.Hierarchical;

/// <content>Operations with a root.</content>
internal sealed unsafe partial class HierarchicalGroup
{
    // So that the next piece crosses the network while this one is spread on its host.
    private const long BroadcastPiece = 1 << 20;

    // Over the rail of the root, then from its agents.
    private void Broadcast(in CollectiveCall call)
    {
        int rail = _map.LocalOf[call.Peer];
        int agent = rail % _members.Length;
        byte* source = _rank == call.Peer ? call.Send : call.Receive;
        long element = DataTypes.SizeOf(call.Type);
        long bytes = call.Bytes;
        long at = 0;
        do
        {
            long count = Math.Min(BroadcastPiece, bytes - at) / element;
            if (_own == agent)
            {
                RunOnRail(rail, call with { Peer = _map.HostOf[call.Peer], Count = count, Send = source + at, Receive = source + at });
            }

            RunOnHost(call with { Peer = agent, Count = count, Send = source + at, Receive = call.Receive + at });
            at += count * element;
        }
        while (at < bytes);
    }
}
