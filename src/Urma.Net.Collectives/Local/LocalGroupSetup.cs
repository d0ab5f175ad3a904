namespace Urma.Net.Collectives.Local;

/// <summary>What a group of one host is made of.</summary>
internal sealed record LocalGroupSetup
{
    public required UrmaContext Context { get; init; }

    public required LocalArena Arena { get; init; }

    /// <summary>Who is told of what goes wrong, by numbers of the group.</summary>
    public required IWaitOwner Owner { get; init; }

    public required RegisteredBuffers Buffers { get; init; }

    /// <summary>By rank of the group: the rank of the communicator. Ascending.</summary>
    public required int[] Members { get; init; }

    /// <summary>This rank, as a number of the group.</summary>
    public required int Rank { get; init; }

    /// <summary>Whether there are more ranks than processors.</summary>
    public required bool IsCrowded { get; init; }

    /// <summary>Whether the kernel's barriers do not reach all ranks.</summary>
    public required bool NeedsFences { get; init; }

    public required long DirectLength { get; init; }

    public required TimeSpan Timeout { get; init; }
}
