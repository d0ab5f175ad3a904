using System.Numerics;
using System.Runtime.CompilerServices;
using Urma.Net.Collectives.Types;

namespace Urma.Net.Collectives.Reductions;

/// <summary>Floats of 8 bits, four in each 32-bit word.</summary>
internal readonly unsafe struct NarrowFormat8<TLayout> : IElementFormat<float>
    where TLayout : struct, INarrowLayout
{
    public static int Size => sizeof(byte);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<float> Load(byte* source)
    {
        Vector<uint> words = Vector.Load((uint*)source);
        Vector<uint> lowest = new(byte.MaxValue);
        return new(
            NarrowFloat.ToSingle<TLayout>(words & lowest),
            NarrowFloat.ToSingle<TLayout>((words >> 8) & lowest),
            NarrowFloat.ToSingle<TLayout>((words >> 16) & lowest),
            NarrowFloat.ToSingle<TLayout>(words >> 24));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Quad<float> values, byte* destination, bool streaming)
    {
        Vector<uint> words = NarrowFloat.FromSingle<TLayout>(values.A)
            | (NarrowFloat.FromSingle<TLayout>(values.B) << 8)
            | (NarrowFloat.FromSingle<TLayout>(values.C) << 16)
            | (NarrowFloat.FromSingle<TLayout>(values.D) << 24);
        VectorStore.Store(words, destination, streaming);
    }
}
