using System.Numerics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives.Reductions;

/// <summary><see cref="BFloat16"/>, two in each 32-bit word, which are taken apart and put together by shifts: no lane crosses another.</summary>
internal readonly unsafe struct BFloat16Format : IElementFormat<float>
{
    private const uint UpperHalf = 0xFFFF_0000;

    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<float> Load(byte* source)
    {
        Vector<uint> first = Vector.Load((uint*)source);
        Vector<uint> second = Vector.Load((uint*)source + Vector<uint>.Count);
        Vector<uint> upper = new(UpperHalf);
        return new(
            Vector.AsVectorSingle(first << 16),
            Vector.AsVectorSingle(first & upper),
            Vector.AsVectorSingle(second << 16),
            Vector.AsVectorSingle(second & upper));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<uint> Pack(Quad<float> values) => new(Join(values.A, values.B), Join(values.C, values.D), default, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad<float> Widen(Vector<uint> memory) =>
        new(Vector.AsVectorSingle(memory << 16), Vector.AsVectorSingle(memory & new Vector<uint>(UpperHalf)), default, default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Narrow(Quad<float> values) => Join(values.A, values.B);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Join(Vector<float> lower, Vector<float> upper) => (Round(lower) >> 16) | (Round(upper) & new Vector<uint>(UpperHalf));

    // Correct in the upper half of each lane; the same as the conversion of BFloat16.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Round(Vector<float> values)
    {
        Vector<uint> bits = Vector.AsVectorUInt32(values);
        Vector<uint> rounded = bits + new Vector<uint>(0x7FFF) + ((bits >> 16) & Vector<uint>.One);
        Vector<uint> isNumber = Vector.AsVectorUInt32(Vector.Equals(values, values));
        return Vector.ConditionalSelect(isNumber, rounded, bits | new Vector<uint>(0x0040_0000));
    }
}
