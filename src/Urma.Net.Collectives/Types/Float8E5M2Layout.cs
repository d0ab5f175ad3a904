using System.Numerics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives.Types;

/// <summary>OCP E5M2: the upper half of a binary16.</summary>
internal readonly struct Float8E5M2Layout : INarrowLayout
{
    private const int Width = 8;
    private const int MantissaBits = 2;
    private const int Bias = 15;
    private const uint FirstSpecialCode = 0x7C;
    private const uint NanCode = 0x7E;
    private const uint OverflowCode = 0x7C;

    // 61440: half way between 57344, the largest, whose code is odd, and 65536.
    private const uint LeastOverflow = 0x47700000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> ToSingle(Vector<uint> codes) => NarrowFloat.ToSingle(codes, Width, MantissaBits, Bias, FirstSpecialCode);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> FromSingle(Vector<float> values) =>
        NarrowFloat.FromSingle(values, Width, MantissaBits, Bias, LeastOverflow, OverflowCode, NanCode);

    public static float ToSingle(uint code) => NarrowFloat.ToSingle(code, Width, MantissaBits, Bias, FirstSpecialCode);

    public static uint FromSingle(float value) => NarrowFloat.FromSingle(value, Width, MantissaBits, Bias, LeastOverflow, OverflowCode, NanCode);
}
