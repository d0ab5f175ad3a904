namespace Urma.Net.Collectives.Types;

/// <summary>OCP E5M2: the upper half of a binary16.</summary>
internal readonly struct Float8E5M2Layout : INarrowLayout
{
    public static int MantissaBits => 2;

    public static int Bias => 15;

    public static int Width => 8;

    public static uint FirstSpecialCode => 0x7C;

    public static uint NanCode => 0x7E;

    public static uint OverflowCode => 0x7C;

    // 61440: half way between 57344, the largest, whose code is odd, and 65536.
    public static uint LeastOverflow => 0x47700000;
}
