namespace Urma.Net.Verbs;

/// <summary>How long a sender that found no receive waits, as verbs counts it (InfiniBand specification, table 45; ibv_modify_qp(3)).</summary>
internal static class RnrTimer
{
    // Hundredths of a millisecond, from code 1 to code 31; code 0 is the longest, 655.36 ms.
    private static ReadOnlySpan<ushort> Hundredths =>
    [
        1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384,
        24576, 32768, 49152,
    ];

    /// <summary>The code of the shortest time that is not shorter.</summary>
    public static byte Of(TimeSpan wait)
    {
        double wanted = wait.TotalMilliseconds * 100;
        for (int i = 0; i < Hundredths.Length; i++)
        {
            if (wanted <= Hundredths[i])
            {
                return (byte)(i + 1);
            }
        }

        return 0;
    }
}
