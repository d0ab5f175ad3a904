using System.Runtime.CompilerServices;

namespace Urma.Net.Global;

/// <summary>Moves bytes between two mappings.</summary>
internal static unsafe class CopyKernel
{
    /// <summary>Copies, also where the ranges overlap. 1, 2, 4 and 8 bytes are one load and one store.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(byte* destination, byte* source, long length)
    {
        if (length == sizeof(ulong))
        {
            Unsafe.WriteUnaligned(destination, Unsafe.ReadUnaligned<ulong>(source));
        }
        else
        {
            Buffer.MemoryCopy(source, destination, length, length);
        }
    }
}
