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

    /// <summary>Reduces <paramref name="count"/> elements, at least 1. <paramref name="streaming"/> only if the destination is none of the sources.</summary>
    public static void Run(byte* destination, in ReductionInput input, long count, bool streaming)
    {
        long length = count * TFormat.Size;
        if (length < StepBytes)
        {
            RunShort(destination, input, (int)length);
        }
        else if (streaming && Misalignment(destination) % TFormat.Size == 0)
        {
            RunStreaming(destination, input, length);
        }
        else
        {
            RunSteps(destination, input, 0, length);
        }
    }

    // The last step ends where the elements end. It is calculated first, before the destination, which may be a source, changes; what it
    // shares with the step before it is stored twice.
    private static void RunSteps(byte* destination, in ReductionInput input, long offset, long length)
    {
        byte* lastStep = stackalloc byte[StepBytes];
        long last = length - StepBytes;
        Steps(lastStep - last, input, last, length, streaming: false);
        Steps(destination, input, offset, last, streaming: false);
        Unsafe.CopyBlockUnaligned(destination + last, lastStep, (uint)StepBytes);
    }

    private static void RunStreaming(byte* destination, in ReductionInput input, long length)
    {
        long offset = (sizeof(Vector<byte>) - Misalignment(destination)) & (sizeof(Vector<byte>) - 1);
        Steps(destination, input, 0, Math.Min(offset, 1), streaming: false);
        long end = length - ((length - offset) % StepBytes);
        Steps(destination, input, offset, end, streaming: true);

        // Streaming stores are not ordered with those after them: neither the last step nor a flag stored next must overtake them.
        if (Sse.IsSupported)
        {
            Sse.StoreFence();
        }

        if (end < length)
        {
            Steps(destination, input, length - StepBytes, length, streaming: false);
        }
    }

    private static long Misalignment(byte* address) => (nint)address & (sizeof(Vector<byte>) - 1);

    // Whole steps that begin before the end. Compiled at its best at once: it may run for seconds before the runtime sees that it is hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Steps(byte* destination, in ReductionInput input, long offset, long end, bool streaming)
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunShort(byte* destination, in ReductionInput input, int length)
    {
        int piece;
        for (int offset = 0; offset < length; offset += piece)
        {
            piece = VectorPiece.LengthOf(length - offset);
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
