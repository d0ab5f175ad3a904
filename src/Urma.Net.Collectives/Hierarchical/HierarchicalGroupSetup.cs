using Urma.Net.Collectives.Local;
using Urma.Net.Collectives.Posted;

namespace Urma.Net.Collectives.Hierarchical;

/// <summary>What a group of several hosts is made of.</summary>
internal sealed record HierarchicalGroupSetup
{
    public required UrmaContext Context { get; init; }

    public required HostMap Hosts { get; init; }

    /// <summary>The ranks of this host; null where this rank is alone there.</summary>
    public required LocalGroup? Local { get; init; }

    /// <summary>Whether ranks of this host reach each other's registered buffers.</summary>
    public required bool MapsBuffers { get; init; }

    /// <summary>Whom that group tells what goes wrong; null where there is none.</summary>
    public required HostWaitOwner? LocalOwner { get; init; }

    public required PostedTraffic Traffic { get; init; }

    public required IWaitOwner Owner { get; init; }

    public required RegisteredBuffers Buffers { get; init; }

    /// <summary>This rank of the communicator.</summary>
    public required int Rank { get; init; }
}
