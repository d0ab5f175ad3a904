using System.Numerics;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives.Types;

/// <summary>IEEE binary16.</summary>
internal readonly struct HalfLayout : INarrowLayout
{
    private const int Width = 16;
    private const int MantissaBits = 10;
    private const int Bias = 15;
    private const uint FirstSpecialCode = 0x7C00;
    private const uint NanCode = 0x7E00;
    private const uint OverflowCode = 0x7C00;

    // 65520: half way between 65504, the largest, whose code is odd, and 65536.
    private const uint LeastOverflow = 0x477FF000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> ToSingle(Vector<uint> codes) => NarrowFloat.ToSingle(codes, Width, MantissaBits, Bias, FirstSpecialCode);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> FromSingle(Vector<float> values) =>
        NarrowFloat.FromSingle(values, Width, MantissaBits, Bias, LeastOverflow, OverflowCode, NanCode);

    public static float ToSingle(uint code) => NarrowFloat.ToSingle(code, Width, MantissaBits, Bias, FirstSpecialCode);

    public static uint FromSingle(float value) => NarrowFloat.FromSingle(value, Width, MantissaBits, Bias, LeastOverflow, OverflowCode, NanCode);
}
