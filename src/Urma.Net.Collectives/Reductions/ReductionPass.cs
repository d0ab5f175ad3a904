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
    private static int StepBytes => Quad<TAccumulator>.Count * TFormat.Size;

    /// <summary>Reduces <paramref name="count"/> elements, at least 1. <paramref name="streaming"/> only if the destination is none of the sources.</summary>
    public static void Run(byte* destination, in ReductionInput input, long count, bool streaming)
    {
        long length = count * TFormat.Size;
        if (length < StepBytes)
        {
            RunShort(destination, input, (int)length);
            return;
        }

        // The last step is calculated first, before the destination, which may be a source, changes; what it shares with the step before
        // it is then stored twice.
        long last = length - StepBytes;
        Quad<TAccumulator> lastValues = Reduce(input, last);
        long offset = 0;
        long misaligned = (nint)destination & (sizeof(Vector<byte>) - 1);
        if (streaming && misaligned % TFormat.Size == 0 && last > 0)
        {
            if (misaligned != 0)
            {
                TFormat.Store(Reduce(input, 0), destination, streaming: false);
                offset = sizeof(Vector<byte>) - misaligned;
            }

            for (; offset < last; offset += StepBytes)
            {
                TFormat.Store(Reduce(input, offset), destination + offset, streaming: true);
            }

            // Streaming stores are not ordered with those after them: neither the last step nor a flag stored next must be overtaken.
            if (Sse.IsSupported)
            {
                Sse.StoreFence();
            }
        }
        else
        {
            for (; offset < last; offset += StepBytes)
            {
                TFormat.Store(Reduce(input, offset), destination + offset, streaming: false);
            }
        }

        TFormat.Store(lastValues, destination + last, streaming: false);
    }

    // Fewer bytes than a step takes: through a padded copy.
    private static void RunShort(byte* destination, in ReductionInput input, int length)
    {
        byte* padded = stackalloc byte[StepBytes];
        Quad<TAccumulator> values = Enter(LoadShort(padded, input, 0, length), input, 0);
        for (int index = 1; index < input.Count; index++)
        {
            values = Combine(values, Enter(LoadShort(padded, input, index, length), input, index));
        }

        TFormat.Store(Leave(values, input.Divisor), padded, streaming: false);
        Unsafe.CopyBlockUnaligned(destination, padded, (uint)length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad<TAccumulator> LoadShort(byte* padded, in ReductionInput input, int index, int length)
    {
        Unsafe.CopyBlockUnaligned(padded, (byte*)input.Sources[index], (uint)length);
        return TFormat.Load(padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad<TAccumulator> Reduce(in ReductionInput input, long offset)
    {
        Quad<TAccumulator> values = Enter(TFormat.Load((byte*)input.Sources[0] + offset), input, 0);
        for (int index = 1; index < input.Count; index++)
        {
            values = Combine(values, Enter(TFormat.Load((byte*)input.Sources[index] + offset), input, index));
        }

        return Leave(values, input.Divisor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad<TAccumulator> Enter(Quad<TAccumulator> values, in ReductionInput input, int index)
    {
        double factor = input.Factors == null ? 1 : input.Factors[index];
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
    private static Quad<TAccumulator> Leave(Quad<TAccumulator> values, int divisor) => new(
        TOperation.Leave(values.A, divisor),
        TOperation.Leave(values.B, divisor),
        TOperation.Leave(values.C, divisor),
        TOperation.Leave(values.D, divisor));
}
