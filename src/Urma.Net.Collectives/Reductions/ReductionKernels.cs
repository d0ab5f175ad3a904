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
    /// <param name="destination">
    /// Any alignment. May be equal to sources, also as another mapping of the same memory; must not overlap them otherwise.
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
    /// <exception cref="ArgumentException">There are no sources, or the number of factors is neither 0 nor that of the sources.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is none of the named values.</exception>
    public static void Reduce(
        void* destination, ReadOnlySpan<nint> sources, long count, DataType type, Reduction reduction, in ReductionScale scale, bool streaming = false)
    {
        if (sources.IsEmpty || (!scale.Factors.IsEmpty && scale.Factors.Length != sources.Length))
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
            UserDefinedPass.Run((byte*)destination, sources, count, type, function);
            return;
        }

        fixed (nint* addresses = sources)
        fixed (double* factors = scale.Factors)
        {
            ReductionInput input = new(addresses, sources.Length, factors, scale.Divisor);
            Run((byte*)destination, input, count, type, KindOf(reduction, scale), streaming);
        }
    }

    // Without anything to multiply or to divide by these are sums.
    private static ReductionKind KindOf(Reduction reduction, in ReductionScale scale) => reduction.Kind switch
    {
        ReductionKind.Average when scale.Divisor <= 1 => ReductionKind.Sum,
        ReductionKind.PreMultipliedSum when scale.Factors.IsEmpty => ReductionKind.Sum,
        ReductionKind kind => kind,
    };

    private static void Run(byte* destination, in ReductionInput input, long count, DataType type, ReductionKind kind, bool streaming)
    {
        switch (type)
        {
            case DataType.Int8:
                Run<PlainFormat<sbyte>, sbyte>(destination, input, count, kind, streaming);
                break;
            case DataType.UInt8:
                Run<PlainFormat<byte>, byte>(destination, input, count, kind, streaming);
                break;
            case DataType.Int32:
                Run<PlainFormat<int>, int>(destination, input, count, kind, streaming);
                break;
            case DataType.UInt32:
                Run<PlainFormat<uint>, uint>(destination, input, count, kind, streaming);
                break;
            case DataType.Int64:
                Run<PlainFormat<long>, long>(destination, input, count, kind, streaming);
                break;
            case DataType.UInt64:
                Run<PlainFormat<ulong>, ulong>(destination, input, count, kind, streaming);
                break;
            case DataType.Float16:
                Run<NarrowFormat16<HalfLayout>, float>(destination, input, count, kind, streaming);
                break;
            case DataType.Float32:
                Run<PlainFormat<float>, float>(destination, input, count, kind, streaming);
                break;
            case DataType.Float64:
                Run<PlainFormat<double>, double>(destination, input, count, kind, streaming);
                break;
            case DataType.BFloat16:
                Run<BFloat16Format, float>(destination, input, count, kind, streaming);
                break;
            case DataType.Float8E4M3:
                Run<NarrowFormat8<Float8E4M3Layout>, float>(destination, input, count, kind, streaming);
                break;
            case DataType.Float8E5M2:
                Run<NarrowFormat8<Float8E5M2Layout>, float>(destination, input, count, kind, streaming);
                break;
            default:
                _ = DataTypes.SizeOf(type);
                break;
        }
    }

    private static void Run<TFormat, TAccumulator>(byte* destination, in ReductionInput input, long count, ReductionKind kind, bool streaming)
        where TFormat : struct, IElementFormat<TAccumulator>
        where TAccumulator : unmanaged, INumber<TAccumulator>
    {
        switch (kind)
        {
            case ReductionKind.Product:
                ReductionPass<TFormat, TAccumulator, ProductOperation>.Run(destination, input, count, streaming);
                break;
            case ReductionKind.Min:
                ReductionPass<TFormat, TAccumulator, MinOperation>.Run(destination, input, count, streaming);
                break;
            case ReductionKind.Max:
                ReductionPass<TFormat, TAccumulator, MaxOperation>.Run(destination, input, count, streaming);
                break;
            case ReductionKind.Average:
                ReductionPass<TFormat, TAccumulator, AverageOperation>.Run(destination, input, count, streaming);
                break;
            case ReductionKind.PreMultipliedSum:
                ReductionPass<TFormat, TAccumulator, PreMultipliedSumOperation>.Run(destination, input, count, streaming);
                break;
            default:
                ReductionPass<TFormat, TAccumulator, SumOperation>.Run(destination, input, count, streaming);
                break;
        }
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowSources(int sources, int factors) =>
        throw new ArgumentException($"There are {sources} sources and {factors} factors: at least one source is needed, and as many factors or none.", nameof(sources));
}
