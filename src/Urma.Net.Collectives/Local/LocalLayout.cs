namespace Urma.Net.Collectives.Local;

/// <summary>Where things lie in the arena of a rank. Every line has one writer, its rank, but the sleep word.</summary>
/// <param name="size">Ranks of the group.</param>
internal readonly struct LocalLayout(int size)
{
    /// <summary>Goes up with every change of what lies where.</summary>
    public const int Version = 3;

    /// <summary>Bytes between words of different writers: two lines, because processors fetch them in pairs.</summary>
    public const int Spacing = 128;

    /// <summary>Steps that may be under way: how far a rank may run ahead of the slowest. Far, so that who gives seldom asks how far others are.</summary>
    public const int Depth = 32;

    /// <summary>The same for steps whose bytes do not fit beside the flag.</summary>
    public const int StagingDepth = 8;

    /// <summary>What travels beside its flag, in the same pair of lines.</summary>
    public const int InlineBytes = Spacing - (2 * sizeof(ulong));

    /// <summary>What is copied to the arena in one step.</summary>
    public const int StagingBytes = 32 << 10;

    /// <summary>Chunks of a message between two ranks that may be under way.</summary>
    public const int LaneDepth = 4;

    /// <summary>What a chunk of such a message holds.</summary>
    public const int LaneBytes = 16 << 10;

    /// <summary>Buffers that a rank can have registered at a time.</summary>
    public const int MaxBuffers = 1024;

    /// <summary>Signals that a rank can have from each other rank.</summary>
    public const int SignalsPerRank = 16;

    // Written by the owner: the last step it completed.
    public const long ProgressAt = 0;

    // Set by the owner before it sleeps, cleared by whoever wakes it.
    public const long SleepAt = Spacing;

    // Beside it, in one word of 64 bits, what is there as long as the owner's memory is: a dead owner's reads as zeros.
    public const long LifeAt = SleepAt + sizeof(int);
    public const int Alive = 0x55524D41;
    public const ulong AliveAwake = (ulong)Alive << 32;

    // Number and signature of the step that the owner waits in.
    public const long WaitingAt = 2 * Spacing;

    public const long FlagsAt = 1024;
    private const long BuffersAt = FlagsAt + (Depth * Spacing);
    private const long StagingAt = BuffersAt + ((long)MaxBuffers * BufferEntry.Spacing);
    private const long PeersAt = StagingAt + ((long)StagingDepth * StagingBytes);
    private const long LaneFlagsBytes = LaneDepth * Spacing;
    private const long LaneStagingBytes = (long)LaneDepth * LaneBytes;

    public long Length => PeersAt + (size * ((2 * Spacing) + LaneFlagsBytes + LaneStagingBytes));

    public static long Flags(uint step) => FlagsAt + (step % Depth * Spacing);

    public static long Staging(uint step) => StagingAt + (step % StagingDepth * StagingBytes);

    public static long Buffer(int index) => BuffersAt + ((long)index * BufferEntry.Spacing);

    /// <summary>How many chunks from <paramref name="source"/> the owner has taken.</summary>
    public static long Taken(int source) => PeersAt + ((long)source * Spacing);

    /// <summary>Signals that the owner has sent to <paramref name="target"/>, one word each.</summary>
    public long Signals(int target) => PeersAt + ((long)(size + target) * Spacing);

    public long LaneFlags(int target, uint chunk) =>
        PeersAt + (2L * size * Spacing) + (target * LaneFlagsBytes) + (chunk % LaneDepth * Spacing);

    public long LaneStaging(int target, uint chunk) =>
        PeersAt + (size * ((2 * Spacing) + LaneFlagsBytes)) + (target * LaneStagingBytes) + (chunk % LaneDepth * LaneBytes);
}
