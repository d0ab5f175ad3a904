using Urma.Net.Collectives.Local;
using Urma.Net.Collectives.Posted;

namespace Urma.Net.Collectives.Hierarchical;

/// <content>Operations in which every rank has a block for, or of, every rank.</content>
internal sealed unsafe partial class HierarchicalGroup
{
    // Blocks up to this go straight to all hosts; longer ones from host to host, so that every link carries each once.
    private const long StraightBlock = 4 << 10;

    // By rank of the host; of the part of the call under way.
    private readonly VariableCounts _localCounts;

    // Each block goes to one agent on each other host, which has it spread there.
    protected override void AllGather(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        LocalGroup.MoveLong(call.Receive + (_rank * bytes), call.Send, bytes);
        BeginFlows(call);
        if (bytes <= StraightBlock)
        {
            AddStraight(call);
        }
        else
        {
            AddChains(call);
        }

        _ = _schedule.Advance();
        Spread(call, _host);
        _schedule.Run();
        for (int distance = 1; distance < _map.Count; distance++)
        {
            Spread(call, HostBefore(distance));
        }
    }

    private void AddStraight(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        for (int distance = 1; distance < _map.Count; distance++)
        {
            _ = _schedule.Send(_map.AgentOf(HostBehind(distance), _own), call.Receive + (_rank * bytes), bytes);
            foreach (int rank in _map.RanksOf(HostBefore(distance)))
            {
                if (_map.Represents(_rank, rank))
                {
                    _ = _schedule.Receive(rank, call.Receive + (rank * bytes), bytes);
                }
            }
        }
    }

    private void AddChains(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        int last = _map.Count - 1;
        _ = _schedule.Send(_map.AgentOf(HostBehind(1), _own), call.Receive + (_rank * bytes), bytes);
        for (int distance = 1; distance <= last; distance++)
        {
            foreach (int rank in _map.RanksOf(HostBefore(distance)))
            {
                if (_map.Represents(_rank, rank))
                {
                    byte* block = call.Receive + (rank * bytes);
                    int received = _schedule.Receive(_map.AgentOf(HostBefore(1), _map.LocalOf[rank]), block, bytes);
                    if (distance < last)
                    {
                        _ = _schedule.Send(_map.AgentOf(HostBehind(1), _map.LocalOf[rank]), block, bytes, received);
                    }
                }
            }
        }
    }

    // The blocks of a host's ranks, which the agents for them have, to all of this host.
    private void Spread(in CollectiveCall call, int host)
    {
        long bytes = call.Bytes;
        int[] ranks = _map.RanksOf(host);
        if (_map.IsContiguous(host) && ranks.Length == _members.Length)
        {
            byte* first = call.Receive + (ranks[0] * bytes);
            RunOnHost(call with { Send = first + (_own * bytes), Receive = first });
            return;
        }

        foreach (int rank in ranks)
        {
            byte* block = call.Receive + (rank * bytes);
            RunOnHost(call with { Kind = CollectiveKind.Broadcast, Peer = _map.LocalOf[rank] % _members.Length, Send = block, Receive = block });
        }
    }

    // A host's ranks reduce each block for its rank's agent there, and agents send what they have to that rank, which combines it host by host.
    protected override void ReduceScatter(in CollectiveCall call)
    {
        long block = call.Bytes;
        long longest = PieceOf(1 + _map.MostRepresented);
        long at = 0;
        do
        {
            long length = Math.Min(longest, block - at);
            ReduceOnHost(call, at, length);
            BeginFlows(call with { Reduction = OnRail(call) });
            byte* own = null;
            byte* place = _scratch;
            for (int rank = 0; rank < _size; rank++)
            {
                if (!_map.Represents(_rank, rank))
                {
                    continue;
                }

                place += longest;
                if (rank == _rank)
                {
                    own = place;
                }
                else
                {
                    _ = _schedule.Send(rank, place, length);
                }
            }

            AddCombining(own, call.Receive + at, length);
            _schedule.Run();
            at += length;
        }
        while (at < block);
    }

    // Behind the first piece of the scratch memory: one for each rank that this one represents.
    private void ReduceOnHost(in CollectiveCall call, long at, long length)
    {
        long count = length / DataTypes.SizeOf(call.Type);
        long block = call.Bytes;
        byte* place = _scratch;
        Reduction reduction = OnHost(call);
        for (int rank = 0; rank < _size; rank++)
        {
            place += _map.Represents(_rank, rank) ? PieceOf(1 + _map.MostRepresented) : 0;
            RunOnHost(call with
            {
                Kind = CollectiveKind.Reduce,
                Peer = _map.LocalOf[rank] % _members.Length,
                Count = count,
                Send = call.Send + (rank * block) + at,
                Receive = place,
                Reduction = reduction,
            });
        }
    }

    // In the order of hosts; the own host's comes behind that of the host before, or, where there is none, in front of all.
    private void AddCombining(byte* own, byte* destination, long length)
    {
        byte* partial = null;
        int combined = -1;
        int last = _host == _map.Count - 1 ? _map.Count - 2 : _map.Count - 1;
        for (int host = 0; host < _map.Count; host++)
        {
            if (host == _host)
            {
                continue;
            }

            byte* place = host == last ? destination : _scratch;
            combined = _schedule.Add(new PostedFlow
            {
                IsCombining = true,
                Peer = _map.AgentOf(host, _own),
                Buffer = place,
                First = _host == 0 && host == 1 ? own : partial,
                Last = host == _host - 1 ? own : null,
                Bytes = length,
                After = combined,
                IsFinal = host == last,
            });
            partial = place;
        }
    }

    // Blocks for other hosts are sent while this host exchanges its own. In place a block arrives where that for the same rank leaves.
    protected override void AllToAll(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        BeginFlows(call);
        for (int distance = 1; distance < _size; distance++)
        {
            int peer = Behind(distance);
            if (_map.HostOf[peer] != _host)
            {
                int sent = _schedule.Send(peer, call.Send + (peer * bytes), bytes);
                _ = _schedule.Receive(peer, call.Receive + (peer * bytes), bytes, call.Send == call.Receive ? sent : -1);
            }
        }

        _ = _schedule.Advance();
        if (_map.IsContiguous(_host))
        {
            RunOnHost(call with { Send = call.Send + (_members[0] * bytes), Receive = call.Receive + (_members[0] * bytes) });
        }
        else
        {
            _localCounts.SendCounts.AsSpan().Fill(call.Count);
            for (int local = 0; local < _members.Length; local++)
            {
                _localCounts.SendDisplacements[local] = _members[local] * call.Count;
            }

            _localCounts.SendCounts.CopyTo(_localCounts.ReceiveCounts.AsSpan());
            _localCounts.SendDisplacements.CopyTo(_localCounts.ReceiveDisplacements.AsSpan());
            RunOnHost(call with { Kind = CollectiveKind.AllToAllV, Counts = _localCounts });
        }

        _schedule.Run();
    }

    protected override void AllToAllVariable(in CollectiveCall call)
    {
        long element = DataTypes.SizeOf(call.Type);
        VariableCounts counts = call.Counts!;
        BeginFlows(call);
        for (int distance = 1; distance < _size; distance++)
        {
            int to = Behind(distance);
            if (_map.HostOf[to] != _host)
            {
                AddVariable(isSend: true, to, call.Send + (counts.SendDisplacements[to] * element), counts.SendCounts[to], element);
            }

            int from = Behind(_size - distance);
            if (_map.HostOf[from] != _host)
            {
                AddVariable(isSend: false, from, call.Receive + (counts.ReceiveDisplacements[from] * element), counts.ReceiveCounts[from], element);
            }
        }

        _ = _schedule.Advance();
        for (int local = 0; local < _members.Length; local++)
        {
            int rank = _members[local];
            (_localCounts.SendCounts[local], _localCounts.SendDisplacements[local]) = (counts.SendCounts[rank], counts.SendDisplacements[rank]);
            (_localCounts.ReceiveCounts[local], _localCounts.ReceiveDisplacements[local]) = (counts.ReceiveCounts[rank], counts.ReceiveDisplacements[rank]);
        }

        RunOnHost(call with { Counts = _localCounts });
        _schedule.Run();
    }

    // Both sides must mean the same length.
    private void AddVariable(bool isSend, int peer, byte* place, long count, long element) => _ = _schedule.Add(new PostedFlow
    {
        IsSend = isSend,
        Peer = peer,
        Buffer = place,
        Bytes = count * element,
        After = -1,
        Mark = _schedule.MarkWith(count),
    });

    private int HostBehind(int distance) => (_host + distance) % _map.Count;

    private int HostBefore(int distance) => (_host - distance + _map.Count) % _map.Count;
}
