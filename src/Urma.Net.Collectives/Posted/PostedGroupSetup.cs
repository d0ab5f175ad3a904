using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives.Posted;

/// <summary>What a group of ranks that post to each other is made of.</summary>
internal sealed record PostedGroupSetup
{
    /// <summary>The way to the others; the owner of the group that has all ranks disposes of it.</summary>
    public required PostedTraffic Traffic { get; init; }

    public required IWaitOwner Owner { get; init; }

    public required RegisteredBuffers Buffers { get; init; }

    /// <summary>By rank of the group: the rank of the communicator. What is combined in the order of ranks is combined in this one.</summary>
    public required int[] Members { get; init; }

    /// <summary>This rank, as a number of the group.</summary>
    public required int Rank { get; init; }
}
