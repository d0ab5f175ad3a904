using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using Urma.Net.Collectives.Types;

namespace Urma.Net.Collectives.Reductions;

/// <summary>The arithmetic of collective operations: several sources into one destination.</summary>
internal static unsafe class ReductionKernels
{
    /// <summary>
    /// <c>destination[i] = sources[0][i] ∘ sources[1][i] ∘ …</c>, from left to right, for every i below <paramref name="count"/>. One source is
    /// copied (and scaled). Narrow floats are rounded once, at the end. Allocates nothing.
    /// </summary>
    /// <param name="destinations">
    /// At least one address; all get the result. Any alignment. May be equal to sources, also as another mapping of the same memory; must not overlap them otherwise.
    /// </param>
    /// <param name="sources">At least one address; any alignment. The same address may occur several times.</param>
    /// <param name="count">Elements; 0 does nothing.</param>
    /// <param name="type">What the elements are.</param>
    /// <param name="reduction">How they are combined.</param>
    /// <param name="scale">What the pass multiplies and divides by besides: the divisor of an average, the factors of a pre-multiplied sum.</param>
    /// <param name="streaming">
    /// Whether the result should go round the caches, which pays where it is too large for them and is none of the sources. When this
    /// returns the stores are ordered before any later ones, streaming or not, as ordinary stores are.
    /// </param>
    /// <exception cref="ArgumentException">There are no sources or no destinations, or the number of factors is neither 0 nor that of the sources.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is none of the named values.</exception>
    public static void Reduce(
        ReadOnlySpan<nint> destinations, ReadOnlySpan<nint> sources, long count, DataType type, Reduction reduction, in ReductionScale scale, bool streaming = false)
    {
        if (destinations.IsEmpty || sources.IsEmpty || (!scale.Factors.IsEmpty && scale.Factors.Length != sources.Length))
        {
            ThrowSources(sources.Length, scale.Factors.Length);
        }

        if (count <= 0)
        {
            return;
        }

        ReductionFunction? function = reduction.Function;
        if (function != null)
        {
            UserDefinedPass.Run(destinations, sources, count, type, function);
            return;
        }

        fixed (nint* targets = destinations)
        fixed (nint* addresses = sources)
        fixed (double* factors = scale.Factors)
        {
            ReductionTask task = new(addresses, sources.Length, targets, destinations.Length, factors, scale.Divisor);
            Run(task, count, type, KindOf(reduction, scale), streaming);
        }
    }

    /// <summary>To one destination.</summary>
    /// <inheritdoc cref="Reduce(ReadOnlySpan{nint}, ReadOnlySpan{nint}, long, DataType, Reduction, in ReductionScale, bool)"/>
    public static void Reduce(
        void* destination, ReadOnlySpan<nint> sources, long count, DataType type, Reduction reduction, in ReductionScale scale, bool streaming = false)
    {
        nint address = (nint)destination;
        Reduce(new ReadOnlySpan<nint>(ref address), sources, count, type, reduction, scale, streaming);
    }

    // Without anything to multiply or to divide by these are sums.
    private static ReductionKind KindOf(Reduction reduction, in ReductionScale scale) => reduction.Kind switch
    {
        ReductionKind.Average when scale.Divisor is 0 or 1 => ReductionKind.Sum,
        ReductionKind.PreMultipliedSum when scale.Factors.IsEmpty => ReductionKind.Sum,
        ReductionKind kind => kind,
    };

    private static void Run(in ReductionTask task, long count, DataType type, ReductionKind kind, bool streaming)
    {
        switch (type)
        {
            case DataType.Int8:
                Run<PlainFormat<sbyte>, sbyte>(task, count, kind, streaming);
                break;
            case DataType.UInt8:
                Run<PlainFormat<byte>, byte>(task, count, kind, streaming);
                break;
            case DataType.Int32:
                Run<PlainFormat<int>, int>(task, count, kind, streaming);
                break;
            case DataType.UInt32:
                Run<PlainFormat<uint>, uint>(task, count, kind, streaming);
                break;
            case DataType.Int64:
                Run<PlainFormat<long>, long>(task, count, kind, streaming);
                break;
            case DataType.UInt64:
                Run<PlainFormat<ulong>, ulong>(task, count, kind, streaming);
                break;
            case DataType.Float16:
                Run<NarrowFormat16<HalfLayout>, float>(task, count, kind, streaming);
                break;
            case DataType.Float32:
                Run<PlainFormat<float>, float>(task, count, kind, streaming);
                break;
            case DataType.Float64:
                Run<PlainFormat<double>, double>(task, count, kind, streaming);
                break;
            case DataType.BFloat16:
                Run<BFloat16Format, float>(task, count, kind, streaming);
                break;
            case DataType.Float8E4M3:
                Run<NarrowFormat8<Float8E4M3Layout>, float>(task, count, kind, streaming);
                break;
            case DataType.Float8E5M2:
                Run<NarrowFormat8<Float8E5M2Layout>, float>(task, count, kind, streaming);
                break;
            default:
                _ = DataTypes.SizeOf(type);
                break;
        }
    }

    private static void Run<TFormat, TAccumulator>(in ReductionTask task, long count, ReductionKind kind, bool streaming)
        where TFormat : struct, IElementFormat<TAccumulator>
        where TAccumulator : unmanaged, INumber<TAccumulator>
    {
        switch (kind)
        {
            case ReductionKind.Product:
                ReductionPass<TFormat, TAccumulator, ProductOperation>.Run(task, count, streaming);
                break;
            case ReductionKind.Min:
                ReductionPass<TFormat, TAccumulator, MinOperation>.Run(task, count, streaming);
                break;
            case ReductionKind.Max:
                ReductionPass<TFormat, TAccumulator, MaxOperation>.Run(task, count, streaming);
                break;
            case ReductionKind.Average:
                ReductionPass<TFormat, TAccumulator, AverageOperation>.Run(task, count, streaming);
                break;
            case ReductionKind.PreMultipliedSum:
                ReductionPass<TFormat, TAccumulator, PreMultipliedSumOperation>.Run(task, count, streaming);
                break;
            default:
                ReductionPass<TFormat, TAccumulator, SumOperation>.Run(task, count, streaming);
                break;
        }
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowSources(int sources, int factors) =>
        throw new ArgumentException($"There are {sources} sources and {factors} factors: at least one source and one destination are needed, and as many factors as sources or none.", nameof(sources));
}
