using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Urma.Net.Measurement;

/// <summary>A copy whose stores go round the caches: beside <c>memcpy</c>, the other way to move memory that no cache holds.</summary>
public static unsafe class StreamingCopy
{
    private const int Step = 128;

    /// <summary>Copies; where the processor has no such stores, as the runtime does.</summary>
    /// <param name="destination">Aligned to 32 bytes.</param>
    /// <param name="source">Aligned to 32 bytes; must not overlap the destination.</param>
    /// <param name="bytes">How many.</param>
    public static void Run(byte* destination, byte* source, long bytes)
    {
        long whole = Vector256.IsHardwareAccelerated ? bytes - (bytes % Step) : 0;
        for (long at = 0; at < whole; at += Step)
        {
            Vector256<byte> a = Vector256.LoadAligned(source + at), b = Vector256.LoadAligned(source + at + 32);
            Vector256<byte> c = Vector256.LoadAligned(source + at + 64), d = Vector256.LoadAligned(source + at + 96);
            a.StoreAlignedNonTemporal(destination + at);
            b.StoreAlignedNonTemporal(destination + at + 32);
            c.StoreAlignedNonTemporal(destination + at + 64);
            d.StoreAlignedNonTemporal(destination + at + 96);
        }

        NativeMemory.Copy(source + whole, destination + whole, (nuint)(bytes - whole));
        if (Sse.IsSupported)
        {
            Sse.StoreFence();
        }
    }
}
