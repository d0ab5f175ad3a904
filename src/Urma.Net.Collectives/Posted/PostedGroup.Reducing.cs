using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives.Posted;

/// <content>
/// Reductions. All but the ring combine in the order of ranks, and in every algorithm one rank, or all in the same way, calculates an element, so
/// all ranks get the same bits.
/// </content>
internal sealed unsafe partial class PostedGroup
{
    private const long LineBytes = 64;

    // Below, the number of rounds decides.
    private const long HalvingLength = 32 << 10;

    // From here on what counts is that every link carries every element once in each direction.
    private const long RingLength = 512 << 10;

    protected override void AllReduce(in CollectiveCall call)
    {
        if (call.Bytes >= RingLength && call.Reduction!.IsCommutative)
        {
            RingAllReduce(call);
            return;
        }

        if (!TryFold(call, out int position, out bool hasPartial))
        {
            return;
        }

        if (call.Bytes >= HalvingLength)
        {
            HalvingAllReduce(call, position, hasPartial);
        }
        else
        {
            DoublingAllReduce(call, position, hasPartial);
        }

        if (hasPartial)
        {
            _ = _schedule.Send(_rank - 1, call.Receive, call.Bytes);
            _schedule.Run();
        }
    }

    /// <summary>Where the ranks are no power of two, pairs of neighbours begin as one; the lower one waits for the result.</summary>
    /// <param name="call">The call.</param>
    /// <param name="position">This rank's place among those that go on.</param>
    /// <param name="hasPartial">Whether it goes on for two, and their sum is in the receive buffer.</param>
    /// <returns>False where the result is there already.</returns>
    private bool TryFold(in CollectiveCall call, out int position, out bool hasPartial)
    {
        hasPartial = false;
        position = _rank - _beyond;
        if (_rank >= 2 * _beyond)
        {
            return true;
        }

        position = _rank / 2;
        hasPartial = _rank % 2 != 0;
        if (hasPartial)
        {
            _ = _schedule.Add(Combining(_rank - 1, call.Receive, null, call.Send, call.Bytes) with { ScalesLast = LocalGroup.IsScaled(call) });
        }
        else
        {
            _ = _schedule.Send(_rank + 1, call.Send, call.Bytes, scales: LocalGroup.IsScaled(call));
            _ = _schedule.Receive(_rank + 1, call.Receive, call.Bytes);
        }

        _schedule.Run();
        return hasPartial;
    }

    private int RankAt(int position) => position < _beyond ? (2 * position) + 1 : position + _beyond;

    // Recursive doubling: both of a pair combine the same two partial results, the lower ranks' first.
    private void DoublingAllReduce(in CollectiveCall call, int position, bool hasPartial)
    {
        byte* own = hasPartial ? call.Receive : call.Send;
        bool scales = !hasPartial && LocalGroup.IsScaled(call);
        for (int distance = 1; distance < _power; distance *= 2)
        {
            int peer = RankAt(position ^ distance);
            int sent = _schedule.Send(peer, own, call.Bytes, scales: scales);
            _ = _schedule.Add(CombiningWith(peer, call.Receive, own, call.Bytes, scales) with { After = sent, IsFinal = distance * 2 == _power });
            _schedule.Run();
            own = call.Receive;
            scales = false;
        }
    }

    // Recursive halving, then doubling: each rank ends up with the sum of a share, and the shares are gathered on the way back.
    private void HalvingAllReduce(in CollectiveCall call, int position, bool hasPartial)
    {
        long element = DataTypes.SizeOf(call.Type);
        long* firsts = stackalloc long[32];
        long* counts = stackalloc long[32];
        byte* own = hasPartial ? call.Receive : call.Send;
        bool scales = !hasPartial && LocalGroup.IsScaled(call);
        int round = 0;
        (long first, long count) = (0, call.Count);
        for (int distance = 1; distance < _power; distance *= 2, round++)
        {
            (firsts[round], counts[round]) = (first, count);
            int peer = RankAt(position ^ distance);
            long half = count / 2;
            bool isLower = (position & distance) == 0;
            (long away, long awayCount) = isLower ? (first + half, count - half) : (first, half);
            (first, count) = isLower ? (first, half) : (first + half, count - half);
            _ = _schedule.Send(peer, own + (away * element), awayCount * element, scales: scales);
            _ = _schedule.Add(CombiningWith(peer, call.Receive + (first * element), own + (first * element), count * element, scales)
                with { IsFinal = distance * 2 == _power });
            _schedule.Run();
            own = call.Receive;
            scales = false;
        }

        for (int distance = _power / 2; distance > 0; distance /= 2)
        {
            round--;
            int peer = RankAt(position ^ distance);
            _ = _schedule.Send(peer, call.Receive + (first * element), count * element);
            bool isLower = (position & distance) == 0;
            long missing = isLower ? first + count : firsts[round];
            _ = _schedule.Receive(peer, call.Receive + (missing * element), (counts[round] - count) * element);
            _schedule.Run();
            (first, count) = (firsts[round], counts[round]);
        }
    }

    // Each rank's share goes round once to be combined and once to be given to all. Everything is under way at the same time.
    private void RingAllReduce(in CollectiveCall call)
    {
        long element = DataTypes.SizeOf(call.Type);
        int left = Before(1);
        int right = Behind(1);
        (long first, long count) = Share(call.Count, element, _rank);
        _ = _schedule.Send(right, call.Send + (first * element), count * element, scales: LocalGroup.IsScaled(call));
        for (int round = 0; round < _size - 1; round++)
        {
            (first, count) = Share(call.Count, element, Before(round + 1));
            byte* share = call.Receive + (first * element);
            int combined = _schedule.Add(Combining(left, share, null, call.Send + (first * element), count * element)
                with { ScalesLast = LocalGroup.IsScaled(call), IsFinal = round == _size - 2 });
            _ = _schedule.Send(right, share, count * element, combined);
        }

        for (int round = 0; round < _size - 1; round++)
        {
            (first, count) = Share(call.Count, element, Before(round));
            byte* share = call.Receive + (first * element);
            int received = _schedule.Receive(left, share, count * element);
            if (round < _size - 2)
            {
                _ = _schedule.Send(right, share, count * element, received);
            }
        }

        _schedule.Run();
    }

    private static PostedFlow Combining(int peer, byte* destination, byte* first, byte* last, long bytes) => new()
    {
        IsCombining = true,
        Peer = peer,
        Buffer = destination,
        First = first,
        Last = last,
        Bytes = bytes,
        After = -1,
    };

    // What ranks in front of this one have combined goes in front.
    private PostedFlow CombiningWith(int peer, byte* destination, byte* own, long bytes, bool scales) => peer < _rank
        ? Combining(peer, destination, null, own, bytes) with { ScalesLast = scales }
        : Combining(peer, destination, own, null, bytes) with { ScalesFirst = scales };

    // Whole lines.
    private (long First, long Count) Share(long count, long element, int index)
    {
        long perLine = LineBytes / element;
        long lines = (count + perLine - 1) / perLine;
        long first = Math.Min(count, LineOf(lines, index) * perLine);
        return (first, Math.Min(count, LineOf(lines, index + 1) * perLine) - first);
    }

    private long LineOf(long lines, int index) => (lines / _size * index) + (lines % _size * index / _size);
}
