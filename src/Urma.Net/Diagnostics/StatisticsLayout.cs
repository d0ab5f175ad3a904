namespace Urma.Net.Diagnostics;

/// <summary>
/// Where an engine's statistics lie in their memory. A part of the shared layout of the loopback provider: changing it takes a new version there.
/// </summary>
internal static unsafe class StatisticsLayout
{
    public const int OperationCount = (int)UrmaOperation.Awaited + 1;

    /// <summary>Blocks for counters.</summary>
    public const int MaxBlocks = 4096;

    /// <summary>The block of everything that is gone; those before it can be taken.</summary>
    public const int ClosedBlock = MaxBlocks - 2;

    /// <summary>The block of everything that found none of its own. Apart from that of what is gone, whose numbers must be exact.</summary>
    public const int OverflowBlock = MaxBlocks - 1;
    public const int MaxPeers = 1024;

    // Words of the head.
    public const int GenerationIndex = 0;
    public const int BlocksIndex = 1;
    public const int PeersIndex = 2;
    public const int IntervalIndex = 3;

    public const long BlocksOffset = 4096;
    public const long PeersOffset = BlocksOffset + (MaxBlocks * (long)CounterBlock.Length);

    /// <summary>Histograms are written where something is timed, and only there does memory come to be.</summary>
    public const long TimesOffset = PeersOffset + (MaxPeers * (long)PeerBlock.Length);

    public static readonly long PeerTimesOffset = TimesOffset + (MaxBlocks * (long)OperationCount * sizeof(LatencyHistogram));

    /// <summary>Bytes of the whole.</summary>
    public static readonly long Length = PeerTimesOffset + (MaxPeers * (long)sizeof(LatencyHistogram));

    public static CounterBlock* Block(byte* start, int index) => (CounterBlock*)(start + BlocksOffset) + index;

    public static PeerBlock* Peer(byte* start, int index) => (PeerBlock*)(start + PeersOffset) + index;

    /// <summary>The times of a block, by <see cref="UrmaOperation"/>.</summary>
    public static LatencyHistogram* Times(byte* start, int index) => (LatencyHistogram*)(start + TimesOffset) + (index * OperationCount);

    public static LatencyHistogram* PeerTimes(byte* start, int index) => (LatencyHistogram*)(start + PeerTimesOffset) + index;
}
