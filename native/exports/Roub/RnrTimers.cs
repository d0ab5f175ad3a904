namespace Urma.Net.Exports.Roub;

/// <summary>The times that <c>min_rnr_timer</c> stands for.</summary>
internal static class RnrTimers
{
    private const double Unit = 0.01;

    // In hundredths of a millisecond; the first is the longest.
    private static readonly int[] Hundredths =
    [
        65536, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192,
        256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 24576, 32768, 49152,
    ];

    /// <param name="code">0 to 31.</param>
    public static TimeSpan Get(byte code) => TimeSpan.FromMilliseconds(Hundredths[code & 31] * Unit);
}
