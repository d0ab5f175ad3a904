using Urma.Net.Collectives.Local;
using Urma.Net.Collectives.Reductions;

namespace Urma.Net.Collectives.Posted;

/// <content>Operations with a root.</content>
internal sealed unsafe partial class PostedGroup
{
    // From here on a chain, in which everybody sends once, beats a tree, in which the root sends as often as the tree is deep.
    private const long ChainLength = 128 << 10;

    protected override void Broadcast(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        byte* source = _rank == call.Peer ? call.Send : call.Receive;
        int place = (_rank - call.Peer + _size) % _size;
        if (bytes >= ChainLength)
        {
            int received = place > 0 ? _schedule.Receive(Before(1), source, bytes) : -1;
            if (place < _size - 1)
            {
                _ = _schedule.Send(Behind(1), source, bytes, received);
            }
        }
        else
        {
            int received = -1;
            int distance = 1;
            while (distance < _size && (place & distance) == 0)
            {
                distance *= 2;
            }

            if (place > 0)
            {
                received = _schedule.Receive(Before(distance), source, bytes);
            }

            while ((distance /= 2) > 0)
            {
                if (place + distance < _size)
                {
                    _ = _schedule.Send(Behind(distance), source, bytes, received);
                }
            }
        }

        _schedule.Run();
        if (_rank == call.Peer)
        {
            LocalGroup.MoveLong(call.Receive, call.Send, bytes);
        }
    }

    protected override void Reduce(in CollectiveCall call)
    {
        long at = 0;
        do
        {
            long length = Math.Min(PieceBytes, call.Bytes - at);
            if (call.Bytes >= ChainLength)
            {
                ReduceByChains(call, at, length);
            }
            else
            {
                ReduceByTree(call, at, length);
            }

            _schedule.Run();
            at += length;
        }
        while (at < call.Bytes);
    }

    // Two chains, from both ends of the ranks to the root: the order is kept, and every rank sends once.
    private void ReduceByChains(in CollectiveCall call, long at, long length)
    {
        bool scales = LocalGroup.IsScaled(call);
        byte* own = call.Send + at;
        if (_rank != call.Peer)
        {
            int step = _rank < call.Peer ? 1 : -1;
            int from = _rank - step;
            if (from < 0 || from == _size)
            {
                _ = _schedule.Send(_rank + step, own, length, scales: scales);
                return;
            }

            int combined = _schedule.Add(CombiningWith(from, _scratch, own, length, scales));
            _ = _schedule.Send(_rank + step, _scratch, length, combined);
            return;
        }

        byte* destination = call.Receive + at;
        int lower = -1;
        if (_rank > 0)
        {
            lower = _schedule.Add(CombiningWith(_rank - 1, destination, own, length, scales) with { IsFinal = _rank == _size - 1 });
            own = destination;
            scales = false;
        }

        if (_rank < _size - 1)
        {
            _ = _schedule.Add(CombiningWith(_rank + 1, destination, own, length, scales) with { After = lower, IsFinal = true });
        }
    }

    // A binomial tree, from the root on or, where the order matters, from rank 0 on, which then passes the result on.
    private void ReduceByTree(in CollectiveCall call, long at, long length)
    {
        int top = call.Reduction!.IsCommutative ? call.Peer : 0;
        int place = (_rank - top + _size) % _size;
        bool scales = LocalGroup.IsScaled(call);
        byte* own = call.Send + at;
        byte* destination = _rank == call.Peer && place == 0 ? call.Receive + at : _scratch;
        int combined = -1;
        int distance = 1;
        for (; distance < _size && (place & distance) == 0; distance *= 2)
        {
            if (place + distance < _size)
            {
                combined = _schedule.Add(Combining(Behind(distance), destination, own, null, length)
                    with { ScalesFirst = scales, After = combined, IsFinal = place == 0 && distance * 2 >= _size });
                own = destination;
                scales = false;
            }
        }

        if (place > 0)
        {
            combined = _schedule.Send(Before(distance), own, length, combined, scales);
        }

        if (top != call.Peer && place == 0)
        {
            _ = _schedule.Send(call.Peer, destination, length, combined);
        }
        else if (top != call.Peer && _rank == call.Peer)
        {
            _ = _schedule.Receive(0, call.Receive + at, length, combined);
        }
    }

    protected override void Gather(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        if (_rank != call.Peer)
        {
            _ = _schedule.Send(call.Peer, call.Send, bytes);
        }
        else
        {
            for (int distance = 1; distance < _size; distance++)
            {
                _ = _schedule.Receive(Behind(distance), call.Receive + (Behind(distance) * bytes), bytes);
            }

            LocalGroup.MoveLong(call.Receive + (_rank * bytes), call.Send, bytes);
        }

        _schedule.Run();
    }

    protected override void Scatter(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        if (_rank != call.Peer)
        {
            _ = _schedule.Receive(call.Peer, call.Receive, bytes);
        }
        else
        {
            for (int distance = 1; distance < _size; distance++)
            {
                _ = _schedule.Send(Behind(distance), call.Send + (Behind(distance) * bytes), bytes);
            }

            LocalGroup.MoveLong(call.Receive, call.Send + (_rank * bytes), bytes);
        }

        _schedule.Run();
    }
}
