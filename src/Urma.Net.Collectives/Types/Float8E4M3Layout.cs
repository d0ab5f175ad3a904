using System.Numerics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives.Types;

/// <summary>OCP E4M3: one code is NaN, none is infinity.</summary>
internal readonly struct Float8E4M3Layout : INarrowLayout
{
    private const int Width = 8;
    private const int MantissaBits = 3;
    private const int Bias = 7;
    private const uint FirstSpecialCode = 0x7F;
    private const uint NanCode = 0x7F;
    private const uint OverflowCode = 0x7F;

    // The next above 464, which is half way between 448, the largest, whose code is even, and 480.
    private const uint LeastOverflow = 0x43E80001;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> ToSingle(Vector<uint> codes) => NarrowFloat.ToSingle(codes, Width, MantissaBits, Bias, FirstSpecialCode);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> FromSingle(Vector<float> values) =>
        NarrowFloat.FromSingle(values, Width, MantissaBits, Bias, LeastOverflow, OverflowCode, NanCode);

    public static float ToSingle(uint code) => NarrowFloat.ToSingle(code, Width, MantissaBits, Bias, FirstSpecialCode);

    public static uint FromSingle(float value) => NarrowFloat.FromSingle(value, Width, MantissaBits, Bias, LeastOverflow, OverflowCode, NanCode);
}
