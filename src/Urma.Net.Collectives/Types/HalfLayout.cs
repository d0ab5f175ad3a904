namespace Urma.Net.Collectives.Types;

/// <summary>IEEE binary16.</summary>
internal readonly struct HalfLayout : INarrowLayout
{
    public static int MantissaBits => 10;

    public static int Bias => 15;

    public static int Width => 16;

    public static uint FirstSpecialCode => 0x7C00;

    public static uint NanCode => 0x7E00;

    public static uint OverflowCode => 0x7C00;

    // 65520: half way between 65504, the largest, whose code is odd, and 65536.
    public static uint LeastOverflow => 0x477FF000;
}
