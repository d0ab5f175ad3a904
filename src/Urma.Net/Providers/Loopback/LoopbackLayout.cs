namespace Urma.Net.Providers.Loopback;

/// <summary>
/// The shared layout: what processes agree on, byte by byte. Changing anything here means a new <see cref="Version"/>;
/// a peer of another version is refused by name when it connects.
/// </summary>
internal static class LoopbackLayout
{
    public const uint Magic = 0x414D_5255; // "URMA"
    public const uint Version = 4;

    // Lines written by different parties lie this far apart: Arm hosts have 128-byte lines, x86 prefetches pairs of 64.
    public const int LineSpacing = 128;

    public const int MaxSegments = 1 << 16;
    public const int MaxQueueDepth = 1 << 16;
    public const int MaxLanesPerJfr = ushort.MaxValue;

    // A claim word: which use of the position in the upper 48 bits, which lane in the lower 16; lane 0 is the receiver itself.
    public const int LaneBits = 16;
    public const ulong LaneMask = (1UL << LaneBits) - 1;

    // Fits a lane entry of one cache line beside its 32 bytes of head.
    public const int EntryInlineLength = 32;

    public const int MaxInlineLength = 4096;
    public const int MaxGather = 64;
    public const int MaxScatter = 8;
    public const long MaxLength = (1L << 47) - 1;
}
