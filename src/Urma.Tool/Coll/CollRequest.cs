using Urma.Net.Collectives;

namespace Urma.Net.Tool.Coll;

/// <summary>What <c>urma coll</c> is to do; the same at all ranks.</summary>
internal sealed record CollRequest
{
    // Beyond every processor's last cache, so that a buffer has left it when its turn comes again.
    private const long RotatedBytes = 128L << 20;
    private const long MostSlots = 4096;
    private const long SlotAlignment = 128;

    public required CollOperation Operation { get; init; }

    public long MinBytes { get; init; }

    public long MaxBytes { get; init; }

    public long StepBytes { get; init; }

    /// <summary>At least 2, or 1 to add <see cref="StepBytes"/>.</summary>
    public long StepFactor { get; init; }

    /// <summary>0 for as many as fill <see cref="Piece"/>.</summary>
    public long Iterations { get; init; }

    public long WarmUp { get; init; }

    public bool Check { get; init; }

    public required DataType[] Types { get; init; }

    public required CollReduction[] Reductions { get; init; }

    /// <summary>-1 for all, one after the other.</summary>
    public int Root { get; init; }

    /// <summary>Whether each operation is followed by a barrier.</summary>
    public bool Barriers { get; init; }

    public required string Device { get; init; }

    public int Ranks { get; init; }

    public bool Threads { get; init; }

    public bool Registered { get; init; }

    public bool Rotate { get; init; }

    public bool Pin { get; init; }

    /// <summary>A file, "-" for standard output in place of the table, or null.</summary>
    public string? Json { get; init; }

    /// <summary>Whether Open MPI takes turns.</summary>
    public bool WithMpi { get; init; }

    /// <summary>Turns for each size.</summary>
    public int Rounds { get; init; }

    /// <summary>Elements that rank 0 damages before it counts the wrong ones: shows that they are counted.</summary>
    public long Damage { get; init; }

    /// <summary>About how long a measured loop takes where <see cref="Iterations"/> does not say how many.</summary>
    public TimeSpan Piece => TimeSpan.FromMilliseconds(WithMpi ? 10 : 100);

    /// <summary>The sizes in bytes.</summary>
    public IEnumerable<long> Sizes()
    {
        if (Operation == CollOperation.Barrier)
        {
            yield return 0;
            yield break;
        }

        for (long bytes = MinBytes; bytes <= MaxBytes; bytes = StepFactor > 1 ? Math.Max(1, bytes) * StepFactor : bytes + StepBytes)
        {
            yield return bytes;
        }
    }

    /// <summary>The roots; one that stands for none where there is none.</summary>
    public IEnumerable<int> Roots() => !CollShape.HasRoot(Operation) ? [0] : Root >= 0 ? [Root] : Enumerable.Range(0, Ranks);

    /// <summary>Bytes from one of the rotating buffers to the next.</summary>
    public static long Stride(in CollShape shape) => Math.Max(SlotAlignment, (shape.ShownBytes + SlotAlignment - 1) / SlotAlignment * SlotAlignment);

    /// <summary>How many buffers take turns.</summary>
    public long Slots(in CollShape shape) => Rotate ? Math.Clamp(RotatedBytes / Stride(shape), 1, MostSlots) : 1;
}
