using System.Diagnostics;
using Urma.Net.Collectives;

namespace Urma.Net.Tool.Coll;

/// <summary>One operation on buffers of one size, at one rank. All ranks call its methods in the same order.</summary>
internal sealed class CollTrial
{
    private const int WarmRounds = 120;
    private const int LeastWarmRounds = 6;
    private const long WarmBytes = 4 << 20;
    private const int MostWarmOperations = 50;
    private const int LeastIterations = 5;
    private const int MostIterations = 20_000_000;

    // Long enough for the compiler's thread; a method is compiled anew after it was called often, and behind the caller's back.
    private static readonly TimeSpan WarmTime = TimeSpan.FromMilliseconds(250);

    private readonly CollMember _member;
    private readonly CollShape _shape;
    private readonly CollValues _values;
    private readonly CollLoop _loop;
    private readonly nint _send;
    private readonly nint _receive;
    private readonly nint _first;
    private readonly long _slots;
    private double _expected;

    /// <param name="member">This rank.</param>
    /// <param name="shape">What to carry out.</param>
    /// <param name="reduction">How elements are combined.</param>
    /// <param name="values">The elements.</param>
    /// <param name="buffers">Where they are.</param>
    /// <param name="inPlace">Whether the receive buffer is the send buffer, too.</param>
    public CollTrial(CollMember member, in CollShape shape, CollReduction reduction, CollValues values, CollBuffers buffers, bool inPlace)
    {
        (_member, _shape, _values) = (member, shape, values);
        _first = buffers.Receive;
        (_send, _receive) = inPlace ? InPlace(shape, member.Rank, buffers.Receive) : (buffers.Send, buffers.Receive);
        _slots = member.Request.Slots(shape);
        _loop = new CollLoop(
            member.Communicator, shape, Reduction(reduction, member.Rank), _send, _receive, CollRequest.Stride(shape), _slots, member.Request.Barriers);
    }

    /// <summary>Fills the buffers and carries the operation out until the compiler is done with it.</summary>
    public void Prepare()
    {
        Fill(_slots);
        long operations = Math.Clamp(WarmBytes / Math.Max(1, _shape.ShownBytes), 1, MostWarmOperations);
        long begin = Stopwatch.GetTimestamp();
        for (int round = 0; round < WarmRounds; round++)
        {
            _expected = _member.Max(_loop.Time(operations));
            if (round >= LeastWarmRounds && _member.Max(Stopwatch.GetElapsedTime(begin).TotalSeconds) > WarmTime.TotalSeconds)
            {
                break;
            }

            Thread.Sleep(1);
        }

        _loop.Repeat(_member.Request.WarmUp);
    }

    /// <summary>Times the operation.</summary>
    /// <returns>Wrong elements are not counted yet.</returns>
    public CollTimes Measure()
    {
        long iterations = _member.Request.Iterations > 0
            ? _member.Request.Iterations
            : (long)Math.Clamp(_member.Request.Piece.TotalNanoseconds / Math.Max(1, _expected), LeastIterations, MostIterations);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        double own = _loop.Time(iterations);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        _expected = _member.Max(own);
        return new CollTimes(_expected, null, iterations) { AllocatedBytes = _member.Max((double)allocated / iterations) };
    }

    /// <summary>The same buffers, only copied; null where they are too small to tell.</summary>
    public CollCopy? Copy() => _shape.ShownBytes >= CollCopy.LeastBytes && _send != _receive ? new CollCopy(_member, _receive, _send, _shape.ShownBytes) : null;

    /// <summary>Carries it out once more on fresh data and compares.</summary>
    /// <returns>Wrong elements at all ranks; null for operations without any.</returns>
    public long? CountWrong()
    {
        if (_shape.Operation == CollOperation.Barrier)
        {
            return null;
        }

        CollData.Spoil(_first, _shape.ShownBytes);
        Fill(1);
        _loop.Repeat(1);
        if (_member.IsFirst)
        {
            Damage();
        }

        return _member.Sum(CollData.CountWrong(_values, _shape, _member.Rank, _receive));
    }

    private void Fill(long slots)
    {
        for (long slot = 0; slot < slots; slot++)
        {
            CollData.Fill(_values, _member.Rank, _send + (nint)(slot * CollRequest.Stride(_shape)), _shape.SendCount);
        }
    }

    private unsafe void Damage()
    {
        long elements = Math.Min(_member.Request.Damage, _shape.ReceiveCount);
        for (long i = 0; i < elements; i++)
        {
            ((byte*)_receive)[i * _values.ElementSize] ^= 1;
        }
    }

    private static (nint Send, nint Receive) InPlace(in CollShape shape, int rank, nint buffer)
    {
        nint own = buffer + (nint)(rank * shape.Bytes);
        return shape.Operation switch
        {
            CollOperation.AllGather => (own, buffer),
            CollOperation.ReduceScatter => (buffer, own),
            CollOperation.Gather when rank == shape.Root => (own, buffer),
            CollOperation.Scatter when rank == shape.Root => (buffer, own),
            _ => (buffer, buffer),
        };
    }

    private static Reduction Reduction(CollReduction reduction, int rank) => reduction switch
    {
        CollReduction.Product => Collectives.Reduction.Product,
        CollReduction.Max => Collectives.Reduction.Max,
        CollReduction.Min => Collectives.Reduction.Min,
        CollReduction.Average => Collectives.Reduction.Average,
        CollReduction.PreMultipliedSum => Collectives.Reduction.PreMultipliedSum(CollValues.Factor(rank)),
        _ => Collectives.Reduction.Sum,
    };
}
