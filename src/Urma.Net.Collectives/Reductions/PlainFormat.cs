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
    public static Quad<uint> Pack(Quad<T> values) =>
        new(values.A.As<T, uint>(), values.B.As<T, uint>(), values.C.As<T, uint>(), values.D.As<T, uint>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<T> Widen(Vector<uint> memory) => new(memory.As<uint, T>(), default, default, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Narrow(Quad<T> values) => values.A.As<T, uint>();
}
