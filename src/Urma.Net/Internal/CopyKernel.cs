using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Urma.Net.Internal;

/// <summary>Moves bytes between two mappings: the fastest way for each size.</summary>
internal static unsafe class CopyKernel
{
    // Below this the runtime's own copy is as fast.
    private const long ShortestVectored = 256;
    private const int Block = 128;

    /// <summary>
    /// From this length on stores go round the cache: destination and source together would fill it, and fetching lines only to
    /// overwrite them costs as much as writing them.
    /// </summary>
    public static readonly long StreamingLength = Vector256.IsHardwareAccelerated && Sse.IsSupported ? HalfTheSharedCache() : long.MaxValue;

    /// <summary>
    /// Copies, also where the ranges overlap. 1, 2, 4 and 8 bytes are one load and one store, atomic where both are aligned. What
    /// the caller loads and stores afterwards stays behind the copy.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(byte* destination, byte* source, long length)
    {
        if (length == sizeof(ulong))
        {
            Unsafe.WriteUnaligned(destination, Unsafe.ReadUnaligned<ulong>(source));
        }
        else if (length < ShortestVectored || !Vector256.IsHardwareAccelerated)
        {
            CopyShort(destination, source, length);
        }
        else
        {
            CopyLong(destination, source, length, length);
        }

        // On x86 loads and stores keep their order by themselves.
        if (!X86Base.IsSupported)
        {
            Interlocked.MemoryBarrier();
        }
    }

    /// <summary>Copies one step of a longer copy, whose whole length decides how.</summary>
    public static void CopyStep(byte* destination, byte* source, long length, long wholeLength)
    {
        if (wholeLength < StreamingLength || length < ShortestVectored)
        {
            Copy(destination, source, length);
            return;
        }

        CopyLong(destination, source, length, wholeLength);
        if (!X86Base.IsSupported)
        {
            Interlocked.MemoryBarrier();
        }
    }

    // The runtime's copy may touch short memory twice.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CopyShort(byte* destination, byte* source, long length)
    {
        switch (length)
        {
            case sizeof(uint):
                Unsafe.WriteUnaligned(destination, Unsafe.ReadUnaligned<uint>(source));
                break;
            case sizeof(ushort):
                Unsafe.WriteUnaligned(destination, Unsafe.ReadUnaligned<ushort>(source));
                break;
            case sizeof(byte):
                *destination = *source;
                break;
            default:
                Buffer.MemoryCopy(source, destination, length, length);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CopyLong(byte* destination, byte* source, long length, long wholeLength)
    {
        if ((nuint)(destination - source) < (nuint)length || (nuint)(source - destination) < (nuint)length)
        {
            Buffer.MemoryCopy(source, destination, length, length);
        }
        else if (wholeLength < StreamingLength)
        {
            CopyVectors(destination, source, length);
        }
        else
        {
            StreamVectors(destination, source, length);
        }
    }

    // The last block is loaded before the first store and stored at its own place, so nothing is left over for a slower loop.
    private static void CopyVectors(byte* destination, byte* source, long length)
    {
        byte* last = destination + length - Block;
        byte* lastSource = source + length - Block;
        Vector256<byte> last0 = Vector256.Load(lastSource);
        Vector256<byte> last1 = Vector256.Load(lastSource + 32);
        Vector256<byte> last2 = Vector256.Load(lastSource + 64);
        Vector256<byte> last3 = Vector256.Load(lastSource + 96);
        Vector256.Load(source).Store(destination);
        long skip = 32 - ((nint)destination & 31);
        destination += skip;
        source += skip;
        while (destination < last)
        {
            Vector256<byte> part0 = Vector256.Load(source);
            Vector256<byte> part1 = Vector256.Load(source + 32);
            Vector256<byte> part2 = Vector256.Load(source + 64);
            Vector256<byte> part3 = Vector256.Load(source + 96);
            part0.StoreAligned(destination);
            part1.StoreAligned(destination + 32);
            part2.StoreAligned(destination + 64);
            part3.StoreAligned(destination + 96);
            destination += Block;
            source += Block;
        }

        last0.Store(last);
        last1.Store(last + 32);
        last2.Store(last + 64);
        last3.Store(last + 96);
    }

    private static void StreamVectors(byte* destination, byte* source, long length)
    {
        byte* end = destination + length;
        byte* sourceEnd = source + length;
        Vector256.Load(source).Store(destination);
        long skip = 32 - ((nint)destination & 31);
        destination += skip;
        source += skip;
        while (end - destination >= Block)
        {
            Vector256<byte> part0 = Vector256.Load(source);
            Vector256<byte> part1 = Vector256.Load(source + 32);
            Vector256<byte> part2 = Vector256.Load(source + 64);
            Vector256<byte> part3 = Vector256.Load(source + 96);
            part0.StoreAlignedNonTemporal(destination);
            part1.StoreAlignedNonTemporal(destination + 32);
            part2.StoreAlignedNonTemporal(destination + 64);
            part3.StoreAlignedNonTemporal(destination + 96);
            destination += Block;
            source += Block;
        }

        // Streaming stores are not ordered with those after them: a flag or completion stored next must not overtake them.
        Sse.StoreFence();
        Buffer.MemoryCopy(sourceEnd - (end - destination), destination, end - destination, end - destination);
    }

    private static long HalfTheSharedCache()
    {
        const long Unknown = 32 << 20;
        string[] lines = SmallFile.ReadLines("/sys/devices/system/cpu/cpu0/cache/index3/size");
        long bytes = lines.Length > 0 && lines[0].EndsWith('K') && long.TryParse(lines[0].AsSpan()[..^1], out long kilobytes)
            ? kilobytes << 10
            : Unknown;
        return Math.Clamp(bytes / 2, 2 << 20, 64 << 20);
    }
}
