using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Urma.Net.Collectives.Reductions;

/// <summary>
/// One pass over memory: every element of every source is read once, combined in registers in the order of the sources, and written
/// once to each destination. All elements, those at the ends too, go through the same vector operations, so a result depends on its operands only.
/// </summary>
internal static unsafe class ReductionPass<TFormat, TAccumulator, TOperation>
    where TFormat : struct, IElementFormat<TAccumulator>
    where TAccumulator : unmanaged, INumber<TAccumulator>
    where TOperation : struct, IReductionOperation
{
    private static int StepBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Quad<TAccumulator>.Count * TFormat.Size;
    }

    /// <summary>Reduces <paramref name="count"/> elements. What is read is read before the same place is written, whoever else has it mapped.</summary>
    public static void Run(in ReductionTask task, long count, bool streaming)
    {
        long length = count * TFormat.Size;
        long begin = 0;
        if (streaming)
        {
            // Streaming stores need an alignment, which an element that lies across it never reaches, nor do places that differ in it.
            begin = -task.Destinations[0] & (sizeof(Vector<byte>) - 1);
            streaming = begin % TFormat.Size == 0 && begin < length && AreAlignedAlike(task);
            begin = streaming ? begin : 0;
            RunPieces(task, 0, begin);
        }

        long end = length - ((length - begin) % StepBytes);
        if (begin < end)
        {
            RunSteps(task, begin, end, streaming);
        }

        // Streaming stores are not ordered with those after them: a flag stored next must not overtake them.
        if (streaming && Sse.IsSupported)
        {
            Sse.StoreFence();
        }

        RunPieces(task, end, length);
    }

    private static bool AreAlignedAlike(in ReductionTask task)
    {
        nint differences = 0;
        for (int i = 1; i < task.DestinationCount; i++)
        {
            differences |= task.Destinations[i] ^ task.Destinations[0];
        }

        return (differences & (sizeof(Vector<byte>) - 1)) == 0;
    }

    // Whole steps. Compiled at its best at once: it may run for seconds before the runtime sees that it is hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunSteps(in ReductionTask task, long offset, long end, bool streaming)
    {
        int step = StepBytes;
        nint* sources = task.Sources;
        nint* destinations = task.Destinations;
        int count = task.Count, destinationCount = task.DestinationCount;
        for (; offset < end; offset += step)
        {
            Quad<TAccumulator> values = Enter(TFormat.Load((byte*)sources[0] + offset), task, 0);
            for (int index = 1; index < count; index++)
            {
                values = Combine(values, Enter(TFormat.Load((byte*)sources[index] + offset), task, index));
            }

            Quad<uint> packed = TFormat.Pack(Leave(values, task.Divisor));
            for (int index = 0; index < destinationCount; index++)
            {
                Store(packed, (byte*)destinations[index] + offset, streaming);
            }
        }
    }

    // What is left of a step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunPieces(in ReductionTask task, long offset, long end)
    {
        int piece;
        for (; offset < end; offset += piece)
        {
            piece = VectorPiece.LengthOf((int)(end - offset));
            Quad<TAccumulator> values = Enter(TFormat.Widen(VectorPiece.Load((byte*)task.Sources[0] + offset, piece)), task, 0);
            for (int index = 1; index < task.Count; index++)
            {
                values = Combine(values, Enter(TFormat.Widen(VectorPiece.Load((byte*)task.Sources[index] + offset, piece)), task, index));
            }

            Vector<uint> packed = TFormat.Narrow(Leave(values, task.Divisor));
            for (int index = 0; index < task.DestinationCount; index++)
            {
                VectorPiece.Store(packed, (byte*)task.Destinations[index] + offset, piece);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Quad<uint> packed, byte* destination, bool streaming)
    {
        VectorStore.Store(packed.A, destination, streaming);
        if (StepBytes >= 2 * sizeof(Vector<byte>))
        {
            VectorStore.Store(packed.B, destination + sizeof(Vector<byte>), streaming);
        }

        if (StepBytes == 4 * sizeof(Vector<byte>))
        {
            VectorStore.Store(packed.C, destination + (2 * sizeof(Vector<byte>)), streaming);
            VectorStore.Store(packed.D, destination + (3 * sizeof(Vector<byte>)), streaming);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad<TAccumulator> Enter(Quad<TAccumulator> values, in ReductionTask task, int index)
    {
        if (!TOperation.HasFactors)
        {
            return values;
        }

        double factor = task.Factors[index];
        return new(
            TOperation.Enter(values.A, factor),
            TOperation.Enter(values.B, factor),
            TOperation.Enter(values.C, factor),
            TOperation.Enter(values.D, factor));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad<TAccumulator> Combine(Quad<TAccumulator> accumulator, Quad<TAccumulator> operand) => new(
        TOperation.Combine(accumulator.A, operand.A),
        TOperation.Combine(accumulator.B, operand.B),
        TOperation.Combine(accumulator.C, operand.C),
        TOperation.Combine(accumulator.D, operand.D));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad<TAccumulator> Leave(Quad<TAccumulator> values, double divisor) => !TOperation.HasDivisor
        ? values
        : new(
            TOperation.Leave(values.A, divisor),
            TOperation.Leave(values.B, divisor),
            TOperation.Leave(values.C, divisor),
            TOperation.Leave(values.D, divisor));
}
