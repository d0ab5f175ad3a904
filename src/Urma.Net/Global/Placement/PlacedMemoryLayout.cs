namespace Urma.Net.Global;

/// <summary>Offsets and words of a <see cref="PlacedMemory"/>'s directory.</summary>
internal static class PlacedMemoryLayout
{
    /// <summary>What the directory is for.</summary>
    public const ulong Kind = 0x1001;

    /// <summary>The state word: generation in the upper half, the mover's number, and what the mover is doing.</summary>
    public const ulong IsMoving = 1;

    /// <summary>Set beside <see cref="IsMoving"/>: writers wait.</summary>
    public const ulong IsSwitching = 2;

    /// <summary>What a write adds to a granule's word.</summary>
    public const ulong OneWrite = 1UL << 16;

    private const int MoverShift = 8;
    private const int GenerationShift = 32;
    private const int LineLength = 128;

    public static long State => SharedDirectory.BodyStart;

    public static long Length => SharedDirectory.BodyStart + LineLength;

    public static long GranuleLength => Length + sizeof(ulong);

    public static long GranulesStart => SharedDirectory.BodyStart + (4 * LineLength);

    /// <summary>Bytes of the directory's body.</summary>
    public static long BodyLength(long granules) => (4 * LineLength) + (granules * sizeof(ulong));

    /// <summary>Descriptor and token of where a generation lies. Two places, so that the next is written beside the current one.</summary>
    public static long Place(uint generation) => SharedDirectory.BodyStart + ((2 + (generation & 1)) * LineLength);

    /// <summary>The word of a granule: how often it was written, and in the low 16 bits the number of the member that is writing it now.</summary>
    public static long Granule(long index) => GranulesStart + (index * sizeof(ulong));

    public static uint WriterOf(ulong granule) => (uint)granule & 0xffff;

    /// <summary>The word after a write.</summary>
    public static ulong AfterWrite(ulong granule) => (granule & ~(OneWrite - 1)) + OneWrite;

    public static uint GenerationOf(ulong state) => (uint)(state >> GenerationShift);

    public static uint MoverOf(ulong state) => (uint)(state >> MoverShift) & 0xffff;

    public static ulong StateOf(uint generation, uint mover = 0, ulong flags = 0) => ((ulong)generation << GenerationShift) | ((ulong)mover << MoverShift) | flags;
}
