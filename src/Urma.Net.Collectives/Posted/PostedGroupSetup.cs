using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives.Posted;

/// <summary>What a group of ranks that cannot map each other's memory is made of.</summary>
internal sealed record PostedGroupSetup
{
    public required UrmaContext Context { get; init; }

    public required PostedPort Port { get; init; }

    public required IWaitOwner Owner { get; init; }

    public required RegisteredBuffers Buffers { get; init; }

    public required int Rank { get; init; }

    public required int Size { get; init; }

    /// <summary>Whether there are more ranks than processors.</summary>
    public required bool IsCrowded { get; init; }

    public required TimeSpan Timeout { get; init; }
}
