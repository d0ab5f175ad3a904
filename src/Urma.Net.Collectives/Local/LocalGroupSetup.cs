namespace Urma.Net.Collectives.Local;

/// <summary>What a group of one host is made of.</summary>
internal sealed record LocalGroupSetup
{
    public required UrmaContext Context { get; init; }

    public required LocalArena Arena { get; init; }

    public required IWaitOwner Owner { get; init; }

    public required RegisteredBuffers Buffers { get; init; }

    public required int Rank { get; init; }

    public required int Size { get; init; }

    /// <summary>Whether there are more ranks than processors.</summary>
    public required bool IsCrowded { get; init; }

    /// <summary>Whether the kernel's barriers do not reach all ranks.</summary>
    public required bool NeedsFences { get; init; }

    public required long DirectLength { get; init; }

    public required TimeSpan Timeout { get; init; }
}
