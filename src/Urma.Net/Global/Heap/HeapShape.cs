using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>Lengths of a heap in whole pages. All slices lie in one range, each at a multiple of <see cref="Stride"/>.</summary>
/// <param name="SliceLength">Bytes of a slice.</param>
/// <param name="SymmetricLength">Bytes of its symmetric part, at its start.</param>
/// <param name="Stride">From one slice to the next: a multiple of <see cref="MaxAlignment"/>.</param>
internal readonly record struct HeapShape(long SliceLength, long SymmetricLength, long Stride)
{
    /// <summary>The largest alignment of an allocation.</summary>
    public const long MaxAlignment = 2 << 20;

    private const long MaxSlice = 128L << 30;

    public static HeapShape Of(GlobalHeapOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Size, HeapBoard.MaxRanks);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(options.Rank, options.Size);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SliceLength, 2 * PageSize.Bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.SliceLength, MaxSlice);
        long slice = PageSize.RoundUp(options.SliceLength, PageSize.Bytes);
        long symmetric = PageSize.RoundUp(options.SymmetricLength ?? (slice / 2), PageSize.Bytes);
        ArgumentOutOfRangeException.ThrowIfNegative(symmetric);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(symmetric, slice);
        return new HeapShape(slice, symmetric, (slice + MaxAlignment - 1) & ~(MaxAlignment - 1));
    }
}
