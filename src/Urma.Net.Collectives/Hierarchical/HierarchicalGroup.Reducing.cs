using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives.Hierarchical;

/// <content>
/// Reductions: combined on each host in the order of its ranks, then host by host. Where ranks of a host do not follow one another, reductions
/// whose order matters go between all ranks instead.
/// </content>
internal sealed unsafe partial class HierarchicalGroup
{
    // From here on every rank of a host posts a share, not one of them the whole.
    private const long RailLength = 64 << 10;

    private const long LineBytes = 64;

    protected override void AllReduce(in CollectiveCall call)
    {
        if (call.Bytes >= RailLength && _map.AreEqual)
        {
            RailAllReduce(call);
            return;
        }

        RunOnHost(call with { Kind = CollectiveKind.Reduce, Peer = 0, Reduction = OnHost(call) });
        if (_own == 0)
        {
            RunOnRail(0, call with { Send = call.Receive, Reduction = OnRail(call) });
        }

        RunOnHost(call with { Kind = CollectiveKind.Broadcast, Peer = 0, Send = call.Receive, Reduction = null });
    }

    // Everybody has the sum of a share over its host, which goes over its rail, and back to all of the host.
    private void RailAllReduce(in CollectiveCall call)
    {
        long element = DataTypes.SizeOf(call.Type);
        int ranks = _members.Length;
        long perLine = LineBytes / element;
        long share = call.Count / ranks / perLine * perLine;
        long rest = call.Count - (share * ranks);
        byte* send = call.Send;
        byte* own = call.Receive + (_own * share * element);
        byte* tail = call.Receive + (ranks * share * element);

        // What is left goes with the last share, behind which it lies.
        int last = ranks - 1;
        Reduction onHost = OnHost(call);
        RunOnHost(call with { Kind = CollectiveKind.ReduceScatter, Count = share, Receive = own, Reduction = onHost });
        if (rest > 0)
        {
            RunOnHost(call with { Kind = CollectiveKind.Reduce, Peer = last, Count = rest, Send = send + (tail - call.Receive), Receive = tail, Reduction = onHost });
        }

        RunOnRail(_own, call with { Count = _own == last ? share + rest : share, Send = own, Receive = own, Reduction = OnRail(call) });
        RunOnHost(call with { Kind = CollectiveKind.AllGather, Count = share, Send = own, Reduction = null });
        if (rest > 0)
        {
            RunOnHost(call with { Kind = CollectiveKind.Broadcast, Peer = last, Count = rest, Send = tail, Receive = tail, Reduction = null });
        }
    }
}
