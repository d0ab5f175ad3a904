using System.Diagnostics;
using Urma.Net.Collectives;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Coll;

/// <summary>Carries an operation out again and again.</summary>
/// <remarks>A loop for each operation: a choice inside of it would be measured, too.</remarks>
internal sealed class CollLoop
{
    private readonly Communicator _communicator;
    private readonly CollShape _shape;
    private readonly Reduction _reduction;
    private readonly nint _send;
    private readonly nint _receive;
    private readonly nint _stride;
    private readonly nint _end;
    private readonly bool _barriers;
    private readonly long[] _counts;
    private readonly long[] _displacements;

    /// <param name="communicator">This rank.</param>
    /// <param name="shape">What to do.</param>
    /// <param name="reduction">How to combine; any where nothing is combined.</param>
    /// <param name="send">The first send buffer.</param>
    /// <param name="receive">The first receive buffer.</param>
    /// <param name="stride">Bytes to the next one.</param>
    /// <param name="slots">How many buffers take turns.</param>
    /// <param name="barriers">Whether a barrier follows each operation.</param>
    public CollLoop(Communicator communicator, in CollShape shape, Reduction reduction, nint send, nint receive, long stride, long slots, bool barriers)
    {
        (_communicator, _shape, _reduction, _send, _receive, _barriers) = (communicator, shape, reduction, send, receive, barriers);
        (_stride, _end) = slots == 1 ? (0, 0) : ((nint)stride, (nint)(stride * slots));
        long count = shape.Count;
        _counts = [.. Enumerable.Repeat(count, shape.Ranks)];
        _displacements = [.. Enumerable.Range(0, shape.Ranks).Select(rank => rank * count)];
    }

    /// <summary>The time of a number of operations, by this rank's clock.</summary>
    /// <returns>Nanoseconds for each.</returns>
    public double Time(long times)
    {
        _communicator.Barrier();
        long begin = Stopwatch.GetTimestamp();
        Repeat(times);
        return (double)Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin) / times;
    }

    /// <summary>Carries it out.</summary>
    public void Repeat(long times)
    {
        if (_barriers)
        {
            for (long i = 0; i < times; i++)
            {
                RepeatFreely(1);
                _communicator.Barrier();
            }
        }
        else
        {
            RepeatFreely(times);
        }
    }

    private void RepeatFreely(long times)
    {
        switch (_shape.Operation)
        {
            case CollOperation.AllReduce:
                AllReduce(times);
                break;
            case CollOperation.Broadcast:
                Broadcast(times);
                break;
            case CollOperation.Reduce:
                Reduce(times);
                break;
            case CollOperation.AllGather:
                AllGather(times);
                break;
            case CollOperation.ReduceScatter:
                ReduceScatter(times);
                break;
            case CollOperation.AllToAll:
                AllToAll(times);
                break;
            case CollOperation.AllToAllV:
                AllToAllV(times);
                break;
            case CollOperation.Gather:
                Gather(times);
                break;
            case CollOperation.Scatter:
                Scatter(times);
                break;
            case CollOperation.SendReceive:
                SendReceive(times);
                break;
            default:
                Barrier(times);
                break;
        }
    }

    private nint Next(nint offset)
    {
        offset += _stride;
        return offset == _end ? 0 : offset;
    }

    private void AllReduce(long times)
    {
        nint offset = 0;
        for (long i = 0; i < times; i++, offset = Next(offset))
        {
            _communicator.AllReduce(_send + offset, _receive + offset, _shape.Count, _shape.Type, _reduction);
        }
    }

    private void Broadcast(long times)
    {
        nint offset = 0;
        for (long i = 0; i < times; i++, offset = Next(offset))
        {
            _communicator.Broadcast(_send + offset, _receive + offset, _shape.Count, _shape.Type, _shape.Root);
        }
    }

    private void Reduce(long times)
    {
        nint offset = 0;
        for (long i = 0; i < times; i++, offset = Next(offset))
        {
            _communicator.Reduce(_send + offset, _receive + offset, _shape.Count, _shape.Type, _reduction, _shape.Root);
        }
    }

    private void AllGather(long times)
    {
        nint offset = 0;
        for (long i = 0; i < times; i++, offset = Next(offset))
        {
            _communicator.AllGather(_send + offset, _receive + offset, _shape.Count, _shape.Type);
        }
    }

    private void ReduceScatter(long times)
    {
        nint offset = 0;
        for (long i = 0; i < times; i++, offset = Next(offset))
        {
            _communicator.ReduceScatter(_send + offset, _receive + offset, _shape.Count, _shape.Type, _reduction);
        }
    }

    private void AllToAll(long times)
    {
        nint offset = 0;
        for (long i = 0; i < times; i++, offset = Next(offset))
        {
            _communicator.AllToAll(_send + offset, _receive + offset, _shape.Count, _shape.Type);
        }
    }

    private void AllToAllV(long times)
    {
        nint offset = 0;
        for (long i = 0; i < times; i++, offset = Next(offset))
        {
            _communicator.AllToAllV(_send + offset, _counts, _displacements, _receive + offset, _counts, _displacements, _shape.Type);
        }
    }

    private void Gather(long times)
    {
        nint offset = 0;
        for (long i = 0; i < times; i++, offset = Next(offset))
        {
            _communicator.Gather(_send + offset, _receive + offset, _shape.Count, _shape.Type, _shape.Root);
        }
    }

    private void Scatter(long times)
    {
        nint offset = 0;
        for (long i = 0; i < times; i++, offset = Next(offset))
        {
            _communicator.Scatter(_send + offset, _receive + offset, _shape.Count, _shape.Type, _shape.Root);
        }
    }

    private void SendReceive(long times)
    {
        int next = (_communicator.Rank + 1) % _shape.Ranks, previous = (_communicator.Rank + _shape.Ranks - 1) % _shape.Ranks;
        nint offset = 0;
        for (long i = 0; i < times; i++, offset = Next(offset))
        {
            using CollectiveGroup group = CollectiveGroup.Start();
            _communicator.Send(_send + offset, _shape.Count, _shape.Type, next);
            _communicator.Receive(_receive + offset, _shape.Count, _shape.Type, previous);
            group.End();
        }
    }

    private void Barrier(long times)
    {
        for (long i = 0; i < times; i++)
        {
            _communicator.Barrier();
        }
    }
}
