using System.Numerics;
using System.Runtime.CompilerServices;
using Urma.Net.Collectives.Types;

namespace Urma.Net.Collectives.Reductions;

/// <summary>Floats of 16 bits, two in each 32-bit word.</summary>
internal readonly unsafe struct NarrowFormat16<TLayout> : IElementFormat<float>
    where TLayout : struct, INarrowLayout
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<float> Load(byte* source)
    {
        Vector<uint> first = Vector.Load((uint*)source);
        Vector<uint> second = Vector.Load((uint*)source + Vector<uint>.Count);
        Vector<uint> lower = new(ushort.MaxValue);
        return new(
            NarrowFloat.ToSingle<TLayout>(first & lower),
            NarrowFloat.ToSingle<TLayout>(first >> 16),
            NarrowFloat.ToSingle<TLayout>(second & lower),
            NarrowFloat.ToSingle<TLayout>(second >> 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Quad<float> values, byte* destination, bool streaming)
    {
        VectorStore.Store(Join(values.A, values.B), destination, streaming);
        VectorStore.Store(Join(values.C, values.D), destination + sizeof(Vector<uint>), streaming);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Join(Vector<float> lower, Vector<float> upper) =>
        NarrowFloat.FromSingle<TLayout>(lower) | (NarrowFloat.FromSingle<TLayout>(upper) << 16);
}
