using Urma.Net.Collectives.Local;
using Urma.Net.Collectives.Posted;

namespace Urma.Net.Collectives.Hierarchical;

/// <summary>Passes on what the group of one host says of its ranks, by their numbers in the communicator.</summary>
internal sealed class HostWaitOwner(IWaitOwner owner, int[] members) : IWaitOwner
{
    private PostedSchedule? _schedule;
    private uint _operation;
    private uint _signature;

    public bool IsFaulted => owner.IsFaulted;

    public void ThrowIfFaulted() => owner.ThrowIfFaulted();

    /// <summary>Takes note of the operation under way.</summary>
    /// <param name="schedule">Where ranks of other hosts may show that they carry out another one.</param>
    /// <param name="operation">Its number; not 0.</param>
    /// <param name="signature">The signature of its call.</param>
    public void Note(PostedSchedule schedule, uint operation, uint signature) => (_schedule, _operation, _signature) = (schedule, operation, signature);

    // All ranks of a host may wait for one of them that waits, over the network, for somebody who waits for one of the others.
    public void LookAround() => _schedule?.LookForStrangers(_operation, _signature);

    public void ThrowMismatch(int peer) => owner.ThrowMismatch(members[peer]);

    public void ThrowTimedOut(params ReadOnlySpan<int> peers)
    {
        int[] ranks = peers.ToArray();
        owner.ThrowTimedOut(Array.ConvertAll(ranks, peer => members[peer]));
    }

    public void ThrowUnreachable(int peer, string reason) => owner.ThrowUnreachable(members[peer], reason);
}
