using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives.Posted;

/// <summary>
/// Where things lie in a rank's inbox: the table of what it registered, at the places of an arena, then what peers write. Every word of
/// those has one writer, and its reader is the owner.
/// </summary>
internal readonly struct PostedLayout
{
    /// <summary>Chunks between two ranks that may be under way.</summary>
    public const int Depth = 8;

    // A line each: a device that writes one word must not take the next one from whoever looks at it.
    private const int Spacing = 64;
    private const int LongestChunk = 16 << 10;
    private const int ShortestChunk = 1 << 10;

    // With many ranks chunks get shorter, so that an inbox stays within this.
    private const long MostChunkBytes = 32L << 20;

    private const int SignalBytes = LocalLayout.SignalsPerRank * sizeof(ulong);

    private readonly int _size;

    /// <param name="size">Ranks of the communicator.</param>
    public PostedLayout(int size)
    {
        _size = size;
        ChunkBytes = LongestChunk;
        while (ChunkBytes > ShortestChunk && (long)ChunkBytes * Depth * size > MostChunkBytes)
        {
            ChunkBytes /= 2;
        }
    }

    /// <summary>What a chunk holds: a power of two, so that no element is cut.</summary>
    public int ChunkBytes { get; }

    public long Length => ChunksAt + ((long)_size * Depth * ChunkBytes);

    private static long TakenAt => LocalLayout.Buffer(LocalLayout.MaxBuffers);

    private long SignalsAt => TakenAt + ((long)_size * Spacing);

    private long FlagsAt => SignalsAt + ((long)_size * SignalBytes);

    private long ChunksAt => FlagsAt + ((long)_size * Depth * Spacing);

    /// <summary>How many of the owner's chunks a peer has taken; written by the peer.</summary>
    public static long Taken(int peer) => TakenAt + ((long)peer * Spacing);

    /// <summary>What a peer waits for this rank in.</summary>
    public static long Waiting(int peer) => Taken(peer) + sizeof(ulong);

    /// <summary>How often a peer has raised a signal.</summary>
    public long Signal(int peer, int signal) => SignalsAt + ((long)peer * SignalBytes) + (signal * sizeof(ulong));

    /// <summary>The flag of a chunk from a peer.</summary>
    public long Flag(int peer, uint chunk) => FlagsAt + ((((long)peer * Depth) + (chunk % Depth)) * Spacing);

    /// <summary>The bytes of a chunk from a peer.</summary>
    public long Chunk(int peer, uint chunk) => ChunksAt + ((((long)peer * Depth) + (chunk % Depth)) * ChunkBytes);
}
