using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives.Posted;

/// <content>Operations in which every rank has a block for, or of, every rank.</content>
internal sealed unsafe partial class PostedGroup
{
    // Blocks up to this travel in bundles that double, so that few rounds are needed.
    private const long BundledBlock = 4 << 10;

    protected override void AllGather(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        LocalGroup.MoveLong(call.Receive + (_rank * bytes), call.Send, bytes);
        if (bytes <= BundledBlock)
        {
            BundledAllGather(call);
        }
        else
        {
            RingAllGather(call);
        }
    }

    // Bruck's: in each round a rank gets as many blocks as it has, those behind its own.
    private void BundledAllGather(in CollectiveCall call)
    {
        for (int known = 1; known < _size; known *= 2)
        {
            int count = Math.Min(known, _size - known);
            AddBlocks(call, isSend: true, Before(known), _rank, count);
            AddBlocks(call, isSend: false, Behind(known), Behind(known), count);
            _schedule.Run();
        }
    }

    // Blocks from one on; behind the last rank's comes the first.
    private void AddBlocks(in CollectiveCall call, bool isSend, int peer, int first, int count)
    {
        long bytes = call.Bytes;
        int upToEnd = Math.Min(count, _size - first);
        AddBlock(isSend, peer, call.Receive + (first * bytes), upToEnd * bytes);
        if (upToEnd < count)
        {
            AddBlock(isSend, peer, call.Receive, (count - upToEnd) * bytes);
        }
    }

    private void AddBlock(bool isSend, int peer, byte* place, long length) =>
        _ = isSend ? _schedule.Send(peer, place, length) : _schedule.Receive(peer, place, length);

    private void RingAllGather(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        _ = _schedule.Send(Behind(1), call.Receive + (_rank * bytes), bytes);
        for (int distance = 1; distance < _size; distance++)
        {
            byte* block = call.Receive + (Before(distance) * bytes);
            int received = _schedule.Receive(Before(1), block, bytes);
            if (distance < _size - 1)
            {
                _ = _schedule.Send(Behind(1), block, bytes, received);
            }
        }

        _schedule.Run();
    }

    protected override void ReduceScatter(in CollectiveCall call)
    {
        long at = 0;
        do
        {
            long length = Math.Min(PieceBytes, call.Bytes - at);
            if (length > BundledBlock && call.Reduction!.IsCommutative)
            {
                RingReduceScatter(call, at, length);
            }
            else
            {
                DirectReduceScatter(call, at, length);
            }

            _schedule.Run();
            at += length;
        }
        while (at < call.Bytes);
    }

    // A block's partial results go round once and end at its rank, on the way in one of two pieces of scratch memory.
    private void RingReduceScatter(in CollectiveCall call, long at, long length)
    {
        bool scales = LocalGroup.IsScaled(call);
        long bytes = call.Bytes;
        int sent = -1;
        int sending = _schedule.Send(Behind(1), call.Send + (Before(1) * bytes) + at, length, scales: scales);
        for (int distance = 2; distance <= _size; distance++)
        {
            bool isLast = distance == _size;
            byte* place = isLast ? call.Receive + at : _scratch + (distance % 2 * PieceBytes);
            int combined = _schedule.Add(Combining(Before(1), place, null, call.Send + (Before(distance) * bytes) + at, length)
                with { ScalesLast = scales, After = sent, IsFinal = isLast });
            if (!isLast)
            {
                (sent, sending) = (sending, _schedule.Send(Behind(1), place, length, combined));
            }
        }
    }

    // Everybody sends everybody its block; what arrives is combined in the order of ranks.
    private void DirectReduceScatter(in CollectiveCall call, long at, long length)
    {
        bool scales = LocalGroup.IsScaled(call);
        long bytes = call.Bytes;
        for (int distance = 1; distance < _size; distance++)
        {
            _ = _schedule.Send(Behind(distance), call.Send + (Behind(distance) * bytes) + at, length, scales: scales);
        }

        byte* own = call.Send + (_rank * bytes) + at;
        byte* partial = null;
        int combined = -1;
        int last = _rank == _size - 1 ? _size - 2 : _size - 1;
        for (int peer = 0; peer < _size; peer++)
        {
            if (peer == _rank)
            {
                continue;
            }

            // The own block comes behind that of the rank before, or, where there is none, in front of all.
            bool isFirst = _rank == 0 && peer == 1;
            bool isBehind = peer == _rank - 1;
            byte* place = peer == last ? call.Receive + at : _scratch;
            combined = _schedule.Add(Combining(peer, place, isFirst ? own : partial, isBehind ? own : null, length)
                with { ScalesFirst = isFirst && scales, ScalesLast = isBehind && scales, After = combined, IsFinal = peer == last });
            partial = place;
        }
    }

    protected override void AllToAll(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        int sent = -1;
        for (int distance = 1; distance < _size; distance++)
        {
            int number = _schedule.Send(Behind(distance), call.Send + (Behind(distance) * bytes), bytes);
            sent = distance == 1 ? number : sent;
        }

        for (int distance = 1; distance < _size; distance++)
        {
            // In place a block arrives where that for the same rank leaves.
            int peer = Before(distance);
            int after = call.Send == call.Receive ? sent + _size - distance - 1 : -1;
            _ = _schedule.Receive(peer, call.Receive + (peer * bytes), bytes, after);
        }

        LocalGroup.MoveLong(call.Receive + (_rank * bytes), call.Send + (_rank * bytes), bytes);
        _schedule.Run();
    }

    protected override void AllToAllVariable(in CollectiveCall call)
    {
        long element = DataTypes.SizeOf(call.Type);
        VariableCounts counts = call.Counts!;
        for (int distance = 1; distance < _size; distance++)
        {
            // Both sides must mean the same length.
            int to = Behind(distance);
            _ = _schedule.Add(new PostedFlow
            {
                IsSend = true,
                Peer = to,
                Buffer = call.Send + (counts.SendDisplacements[to] * element),
                Bytes = counts.SendCounts[to] * element,
                After = -1,
                Mark = _schedule.MarkWith(counts.SendCounts[to]),
            });
            int from = Before(distance);
            _ = _schedule.Add(new PostedFlow
            {
                Peer = from,
                Buffer = call.Receive + (counts.ReceiveDisplacements[from] * element),
                Bytes = counts.ReceiveCounts[from] * element,
                After = -1,
                Mark = _schedule.MarkWith(counts.ReceiveCounts[from]),
            });
        }

        if (counts.SendCounts[_rank] != counts.ReceiveCounts[_rank])
        {
            _owner.ThrowMismatch(_rank);
        }

        LocalGroup.MoveLong(
            call.Receive + (counts.ReceiveDisplacements[_rank] * element), call.Send + (counts.SendDisplacements[_rank] * element), counts.SendCounts[_rank] * element);
        _schedule.Run();
    }
}
