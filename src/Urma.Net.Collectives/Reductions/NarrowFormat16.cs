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
        return new(
            TLayout.ToSingle(first << 16),
            TLayout.ToSingle(first),
            TLayout.ToSingle(second << 16),
            TLayout.ToSingle(second));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<uint> Pack(Quad<float> values) => new(Join(values.A, values.B), Join(values.C, values.D), default, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<float> Widen(Vector<uint> memory) =>
        new(TLayout.ToSingle(memory << 16), TLayout.ToSingle(memory), default, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Narrow(Quad<float> values) => Join(values.A, values.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Join(Vector<float> lower, Vector<float> upper) =>
        TLayout.FromSingle(lower) | (TLayout.FromSingle(upper) << 16);
}
