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
    public static Quad<float> Load(byte* source) => Widen(Vector.Load((uint*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<uint> Pack(Quad<float> values) => new(Narrow(values), default, default, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<float> Widen(Vector<uint> memory) => new(
        TLayout.ToSingle(memory << 24),
        TLayout.ToSingle(memory << 16),
        TLayout.ToSingle(memory << 8),
        TLayout.ToSingle(memory));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Narrow(Quad<float> values) =>
        TLayout.FromSingle(values.A)
        | (TLayout.FromSingle(values.B) << 8)
        | (TLayout.FromSingle(values.C) << 16)
        | (TLayout.FromSingle(values.D) << 24);
}
