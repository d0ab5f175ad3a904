using System.Numerics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives.Reductions;

/// <summary>Stores a vector as a pass was asked to.</summary>
internal static unsafe class VectorStore
{
    /// <summary>Any alignment; that of the vector if <paramref name="streaming"/>: round the caches, unordered with what follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<uint> value, byte* destination, bool streaming)
    {
        if (streaming)
        {
            value.StoreAlignedNonTemporal((uint*)destination);
        }
        else
        {
            value.Store((uint*)destination);
        }
    }
}
