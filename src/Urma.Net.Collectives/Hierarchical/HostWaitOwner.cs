using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives.Hierarchical;

/// <summary>Passes on what the group of one host says of its ranks, by their numbers in the communicator.</summary>
internal sealed class HostWaitOwner(IWaitOwner owner, int[] members) : IWaitOwner
{
    public bool IsFaulted => owner.IsFaulted;

    public void ThrowIfFaulted() => owner.ThrowIfFaulted();

    public void ThrowMismatch(int peer) => owner.ThrowMismatch(members[peer]);

    public void ThrowTimedOut(params ReadOnlySpan<int> peers)
    {
        int[] ranks = peers.ToArray();
        owner.ThrowTimedOut(Array.ConvertAll(ranks, peer => members[peer]));
    }

    public void ThrowUnreachable(int peer, string reason) => owner.ThrowUnreachable(members[peer], reason);
}
