using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Urma.Net.Collectives.Reductions;

/// <summary>
/// One pass over memory: every element of every source is read once, combined in registers in the order of the sources, and written
/// once. All elements, those at the ends too, go through the same vector operations, so a result depends on its operands only.
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
    public static void Run(byte* destination, in ReductionInput input, long count, bool streaming)
    {
        long length = count * TFormat.Size;
        long begin = 0;
        if (streaming)
        {
            // Streaming stores need an alignment, which an element that lies across it never reaches.
            begin = -(nint)destination & (sizeof(Vector<byte>) - 1);
            streaming = begin % TFormat.Size == 0 && begin < length;
            begin = streaming ? begin : 0;
            RunPieces(destination, input, 0, begin);
        }

        long end = length - ((length - begin) % StepBytes);
        if (begin < end)
        {
            RunSteps(destination, input, begin, end, streaming);
        }

        // Streaming stores are not ordered with those after them: a flag stored next must not overtake them.
        if (streaming && Sse.IsSupported)
        {
            Sse.StoreFence();
        }

        RunPieces(destination, input, end, length);
    }

    // Whole steps. Compiled at its best at once: it may run for seconds before the runtime sees that it is hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunSteps(byte* destination, in ReductionInput input, long offset, long end, bool streaming)
    {
        int step = StepBytes;
        nint* sources = input.Sources;
        int count = input.Count;
        for (; offset < end; offset += step)
        {
            Quad<TAccumulator> values = Enter(TFormat.Load((byte*)sources[0] + offset), input, 0);
            for (int index = 1; index < count; index++)
            {
                values = Combine(values, Enter(TFormat.Load((byte*)sources[index] + offset), input, index));
            }

            TFormat.Store(Leave(values, input.Divisor), destination + offset, streaming);
        }
    }

    // What is left of a step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunPieces(byte* destination, in ReductionInput input, long offset, long end)
    {
        int piece;
        for (; offset < end; offset += piece)
        {
            piece = VectorPiece.LengthOf((int)(end - offset));
            Quad<TAccumulator> values = Enter(TFormat.Widen(VectorPiece.Load((byte*)input.Sources[0] + offset, piece)), input, 0);
            for (int index = 1; index < input.Count; index++)
            {
                values = Combine(values, Enter(TFormat.Widen(VectorPiece.Load((byte*)input.Sources[index] + offset, piece)), input, index));
            }

            VectorPiece.Store(TFormat.Narrow(Leave(values, input.Divisor)), destination + offset, piece);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad<TAccumulator> Enter(Quad<TAccumulator> values, in ReductionInput input, int index)
    {
        if (!TOperation.HasFactors)
        {
            return values;
        }

        double factor = input.Factors[index];
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
    private static Quad<TAccumulator> Leave(Quad<TAccumulator> values, int divisor) => !TOperation.HasDivisor
        ? values
        : new(
            TOperation.Leave(values.A, divisor),
            TOperation.Leave(values.B, divisor),
            TOperation.Leave(values.C, divisor),
            TOperation.Leave(values.D, divisor));
}
