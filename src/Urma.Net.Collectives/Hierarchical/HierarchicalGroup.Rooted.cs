using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives.Hierarchical;

/// <content>Operations with a root.</content>
internal sealed unsafe partial class HierarchicalGroup
{
    // So that the next piece crosses the network while this one is spread on its host.
    private const long BroadcastPiece = 1 << 20;

    // The host of the root first, then its rail's agents to theirs.
    protected override void Broadcast(in CollectiveCall call)
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

    // To the agents of the root's rail, and over it. Agents on other hosts have no receive buffer.
    protected override void Reduce(in CollectiveCall call)
    {
        int rail = _map.LocalOf[call.Peer];
        int agent = rail % _members.Length;
        Reduction onHost = OnHost(call);
        Reduction onRail = OnRail(call);
        long element = DataTypes.SizeOf(call.Type);
        long bytes = call.Bytes;
        long at = 0;
        do
        {
            long count = Math.Min(ScratchBytes, bytes - at) / element;
            byte* partial = _rank == call.Peer ? call.Receive + at : _scratch;
            RunOnHost(call with { Peer = agent, Count = count, Send = call.Send + at, Receive = partial, Reduction = onHost });
            if (_own == agent)
            {
                RunOnRail(rail, call with { Peer = _map.HostOf[call.Peer], Count = count, Send = partial, Receive = partial, Reduction = onRail });
            }

            at += count * element;
        }
        while (at < bytes);
    }

    // Ranks of other hosts send their blocks to the root while its host's are gathered.
    protected override void Gather(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        BeginFlows(call);
        if (_host != _map.HostOf[call.Peer])
        {
            _ = _schedule.Send(call.Peer, call.Send, bytes);
            _schedule.Run();
            return;
        }

        for (int distance = 1; _rank == call.Peer && distance < _size; distance++)
        {
            int peer = Behind(distance);
            if (_map.HostOf[peer] != _host)
            {
                _ = _schedule.Receive(peer, call.Receive + (peer * bytes), bytes);
            }
        }

        _ = _schedule.Advance();
        CollectiveCall part = call with { Peer = _map.LocalOf[call.Peer] };
        if (_map.IsContiguous(_host))
        {
            RunOnHost(part with { Receive = call.Receive + (_members[0] * bytes) });
        }
        else
        {
            GatherByPieces(part);
        }

        _schedule.Run();
    }

    // Blocks that do not lie side by side arrive side by side in memory of the group's own.
    private void GatherByPieces(in CollectiveCall part)
    {
        long element = DataTypes.SizeOf(part.Type);
        long block = part.Bytes;
        long at = 0;
        do
        {
            long count = Math.Min(PieceOf(_members.Length), block - at) / element;
            long length = count * element;
            RunOnHost(part with { Count = count, Send = part.Send + at, Receive = _scratch });
            for (int local = 0; _own == part.Peer && local < _members.Length; local++)
            {
                LocalGroup.MoveLong(part.Receive + (_members[local] * block) + at, _scratch + (local * length), length);
            }

            at += length;
        }
        while (at < block);
    }

    protected override void Scatter(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        BeginFlows(call);
        if (_host != _map.HostOf[call.Peer])
        {
            _ = _schedule.Receive(call.Peer, call.Receive, bytes);
            _schedule.Run();
            return;
        }

        for (int distance = 1; _rank == call.Peer && distance < _size; distance++)
        {
            int peer = Behind(distance);
            if (_map.HostOf[peer] != _host)
            {
                _ = _schedule.Send(peer, call.Send + (peer * bytes), bytes);
            }
        }

        _ = _schedule.Advance();
        CollectiveCall part = call with { Peer = _map.LocalOf[call.Peer] };
        if (_map.IsContiguous(_host))
        {
            RunOnHost(part with { Send = call.Send + (_members[0] * bytes) });
        }
        else
        {
            ScatterByPieces(part);
        }

        _schedule.Run();
    }

    private void ScatterByPieces(in CollectiveCall part)
    {
        long element = DataTypes.SizeOf(part.Type);
        long block = part.Bytes;
        long at = 0;
        do
        {
            long count = Math.Min(PieceOf(_members.Length), block - at) / element;
            long length = count * element;
            for (int local = 0; _own == part.Peer && local < _members.Length; local++)
            {
                LocalGroup.MoveLong(_scratch + (local * length), part.Send + (_members[local] * block) + at, length);
            }

            RunOnHost(part with { Count = count, Send = _scratch, Receive = part.Receive + at });
            at += length;
        }
        while (at < block);
    }

    /// <summary>What fits into this rank's memory of each of so many blocks, in bytes: whole lines.</summary>
    private long PieceOf(int blocks) => _scratchBytes / blocks / LineBytes * LineBytes;

    private int Behind(int distance) => (_rank + distance) % _size;

    /// <summary>What is added to the schedule from now on belongs to a call, by ranks of the communicator.</summary>
    private void BeginFlows(in CollectiveCall call) => _schedule.Begin(call, _operation, _signature, _everybody);
}
