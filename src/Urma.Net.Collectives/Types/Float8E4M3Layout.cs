namespace Urma.Net.Collectives.Types;

/// <summary>OCP E4M3: one code is NaN, none is infinity.</summary>
internal readonly struct Float8E4M3Layout : INarrowLayout
{
    public static int MantissaBits => 3;

    public static int Bias => 7;

    public static int Width => 8;

    public static uint FirstSpecialCode => 0x7F;

    public static uint NanCode => 0x7F;

    public static uint OverflowCode => 0x7F;

    // The next above 464, which is half way between 448, the largest, whose code is even, and 480.
    public static uint LeastOverflow => 0x43E80001;
}
