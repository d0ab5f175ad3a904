using System.Numerics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives.Reductions;

/// <summary>Elements that are calculated with as they are.</summary>
internal readonly unsafe struct PlainFormat<T> : IElementFormat<T>
    where T : unmanaged
{
    public static int Size => sizeof(T);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> Load(byte* source) => new(
        Vector.Load((T*)source),
        Vector.Load((T*)source + Vector<T>.Count),
        Vector.Load((T*)source + (2 * Vector<T>.Count)),
        Vector.Load((T*)source + (3 * Vector<T>.Count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Quad<T> values, byte* destination, bool streaming)
    {
        VectorStore.Store(values.A, destination, streaming);
        VectorStore.Store(values.B, destination + sizeof(Vector<T>), streaming);
        VectorStore.Store(values.C, destination + (2 * sizeof(Vector<T>)), streaming);
        VectorStore.Store(values.D, destination + (3 * sizeof(Vector<T>)), streaming);
    }
}
