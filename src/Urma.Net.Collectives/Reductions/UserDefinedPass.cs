using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives.Reductions;

/// <summary>Calls a reduction that a program made, block by block: the accumulators stay in the first cache, and any source may be a destination.</summary>
internal static unsafe class UserDefinedPass
{
    private const int BlockBytes = 8 << 10;
    private const int Alignment = 64;

    /// <summary>Reduces <paramref name="count"/> elements, at least 1; what <paramref name="function"/> throws passes through.</summary>
    [SkipLocalsInit]
    public static void Run(ReadOnlySpan<nint> destinations, ReadOnlySpan<nint> sources, long count, DataType type, ReductionFunction function)
    {
        int size = DataTypes.SizeOf(type);
        byte* memory = stackalloc byte[BlockBytes + Alignment];
        byte* block = (byte*)(((nint)memory + Alignment - 1) & -Alignment);
        int blockElements = BlockBytes / size;
        for (long done = 0; done < count; done += blockElements)
        {
            long elements = Math.Min(blockElements, count - done);
            uint bytes = (uint)(elements * size);
            long offset = done * size;
            Unsafe.CopyBlockUnaligned(block, (byte*)sources[0] + offset, bytes);
            for (int index = 1; index < sources.Length; index++)
            {
                function(block, (byte*)sources[index] + offset, elements, type);
            }

            foreach (nint destination in destinations)
            {
                Unsafe.CopyBlockUnaligned((byte*)destination + offset, block, bytes);
            }
        }
    }
}
