using Urma.Net.Collectives.Reductions;

namespace Urma.Net.Collectives.Local;

/// <summary>Reducing, and how work is shared out.</summary>
internal sealed unsafe partial class LocalGroup
{
    private const long LineBytes = 64;

    internal static void RunAlone(in CollectiveCall call)
    {
        switch (call.Kind)
        {
            case CollectiveKind.Barrier:
                break;
            case CollectiveKind.AllReduce:
            case CollectiveKind.Reduce:
            case CollectiveKind.ReduceScatter:
                if (IsScaled(call))
                {
                    Scale(call, call.Receive, call.Send, call.Bytes);
                }
                else if (call.HostDivisor > 0)
                {
                    nint own = (nint)call.Send;
                    ReductionKernels.Reduce(
                        call.Receive, new ReadOnlySpan<nint>(ref own), call.Count, call.Type, call.Reduction!, ReductionScale.Divide(call.HostDivisor));
                }
                else
                {
                    MoveLong(call.Receive, call.Send, call.Bytes);
                }

                break;
            case CollectiveKind.AllToAllV:
                long element = DataTypes.SizeOf(call.Type);
                MoveLong(
                    call.Receive + (call.Counts!.ReceiveDisplacements[0] * element),
                    call.Send + (call.Counts.SendDisplacements[0] * element),
                    call.Counts.SendCounts[0] * element);
                break;
            default:
                MoveLong(call.Receive, call.Send, call.Bytes);
                break;
        }
    }

    /// <summary>Reduces <see cref="_sources"/>, in the order of ranks, so that the result does not depend on who came first.</summary>
    private void Combine(in CollectiveCall call, byte* destination, long count, bool streaming = false)
    {
        nint address = (nint)destination;
        Combine(call, new ReadOnlySpan<nint>(ref address), count, streaming);
    }

    private void Combine(in CollectiveCall call, ReadOnlySpan<nint> destinations, long count, bool streaming)
    {
        if (count == 0)
        {
            return;
        }

        Reduction reduction = call.Reduction!;

        // What others contribute was multiplied by their own factors before it was published.
        ReductionScale scale = reduction.Kind == ReductionKind.Average ? ReductionScale.Divide(call.HostDivisor > 0 ? call.HostDivisor : _size) : default;
        ReductionKernels.Reduce(destinations, new ReadOnlySpan<nint>(_sources, _size), count, call.Type, reduction, scale, streaming);
    }

    internal static bool IsScaled(in CollectiveCall call) => call.Reduction is { Kind: ReductionKind.PreMultipliedSum };

    /// <summary>This rank's contribution as the others may see it.</summary>
    private byte* Prepare(in CollectiveCall call, byte* source, long length)
    {
        if (!IsScaled(call))
        {
            return source;
        }

        Scale(call, _scratch, source, length);
        return _scratch;
    }

    internal static void Scale(in CollectiveCall call, byte* destination, byte* source, long length)
    {
        long count = length / DataTypes.SizeOf(call.Type);
        if (count > 0)
        {
            nint operand = (nint)source;
            double factor = call.Reduction!.Factor;
            ReductionKernels.Reduce(
                destination,
                new ReadOnlySpan<nint>(ref operand),
                count,
                call.Type,
                call.Reduction,
                ReductionScale.Multiply(new ReadOnlySpan<double>(ref factor)),
                streaming: false);
        }
    }

    // Whole lines, so that two ranks never write to one.
    private (long First, long Count) Share(long count, long element, int rank)
    {
        long perLine = LineBytes / element;
        long lines = (count + perLine - 1) / perLine;
        long first = Math.Min(count, LineOf(lines, rank) * perLine);
        return (first, Math.Min(count, LineOf(lines, rank + 1) * perLine) - first);
    }

    private long LineOf(long lines, int rank) => (lines / _size * rank) + (lines % _size * rank / _size);

    // The longest single piece that moves between two ranks: what decides whether meeting twice costs less than copying twice.
    private long LongestTransfer(in CollectiveCall call) => call.Kind switch
    {
        CollectiveKind.Barrier or CollectiveKind.AllToAllV => -1,
        CollectiveKind.ReduceScatter or CollectiveKind.AllToAll or CollectiveKind.Scatter => call.Bytes * _size,
        _ => call.Bytes,
    };
}
