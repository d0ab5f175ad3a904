using System.Numerics;
using Urma.Net.Collectives.Local;
using Urma.Net.Collectives.Posted;
using Urma.Net.Collectives.Reductions;

namespace Urma.Net.Collectives.Hierarchical;

/// <summary>
/// Ranks of several hosts. Those of one host meet in mapped memory; between hosts, agents post to each other, so that what all ranks of a host have
/// in common crosses the network once.
/// </summary>
/// <remarks>
/// Ranks of the same number on their hosts form a <i>rail</i>; on hosts with fewer ranks these take turns. Every operation is parts, which all ranks choose alike by
/// the call and the map of hosts: some of the group of this host, some of a rail, some flows between any two ranks.
/// </remarks>
internal sealed unsafe partial class HierarchicalGroup : OperationsEngine
{
    // What passes through this rank's memory at a time; and at least so much of each block.
    private const long ScratchBytes = 512 << 10;
    private const long ShortestPiece = 4 << 10;

    private readonly HostMap _map;
    private readonly LocalGroup? _local;
    private readonly HostWaitOwner? _localOwner;
    private readonly PostedGroup _all;
    private readonly PostedGroup?[] _rails;
    private readonly PostedTraffic _traffic;
    private readonly PostedSchedule _schedule;
    private readonly int[] _everybody;
    private readonly int[] _members;
    private readonly RegisteredMemory _scratchMemory;
    private readonly byte* _scratch;
    private readonly long _scratchBytes;
    private readonly int _rank;
    private readonly int _size;
    private readonly int _host;
    private readonly int _own;

    private uint _operation;
    private uint _signature;

    public HierarchicalGroup(HierarchicalGroupSetup setup)
    {
        (_map, _local, _localOwner, _traffic, _rank) = (setup.Hosts, setup.Local, setup.LocalOwner, setup.Traffic, setup.Rank);
        _schedule = _traffic.Schedule;
        MapsBuffers = setup.MapsBuffers;
        _size = _map.HostOf.Length;
        (_host, _own) = (_map.HostOf[_rank], _map.LocalOf[_rank]);
        _members = _map.RanksOf(_host);
        _everybody = [.. Enumerable.Range(0, _size)];
        _all = GroupOf(setup, _everybody);
        _rails = new PostedGroup?[_map.MostRanks];
        for (int rail = 0; rail < _rails.Length; rail++)
        {
            int[] agents = [.. Enumerable.Range(0, _map.Count).Select(host => _map.AgentOf(host, rail))];
            _rails[rail] = agents[_host] == _rank ? GroupOf(setup, agents) : null;
        }

        _localCounts = new VariableCounts(_members.Length);
        _scratchBytes = Math.Max(ScratchBytes, ShortestPiece * (1 + _map.MostRepresented));

        // Others of this host reduce straight to it.
        _scratchMemory = new RegisteredMemory(setup.Buffers, setup.Context.AllocateSegment(_scratchBytes));
        _scratch = (byte*)_scratchMemory.Address;
    }

    private static PostedGroup GroupOf(HierarchicalGroupSetup setup, int[] members) => new(new PostedGroupSetup
    {
        Traffic = setup.Traffic,
        Owner = setup.Owner,
        Buffers = setup.Buffers,
        Members = members,
        Rank = Array.IndexOf(members, setup.Rank),
    });

    public override int WaitedFor => _local?.WaitedFor is { } local and >= 0 ? _members[local] : _all.WaitedFor;

    public override bool MapsBuffers { get; }

    public override void Interrupt()
    {
        _local?.Interrupt();
        _all.Interrupt();
    }

    public override void Run(in CollectiveCall call)
    {
        if (call.Kind == CollectiveKind.None)
        {
            return;
        }

        _operation = Math.Max(1, _operation + 1);
        _signature = call.Signature;
        _local?.Note(_signature);
        _localOwner?.Note(_schedule, _operation, _signature);
        if (call.Reduction is { IsCommutative: false } && !_map.AreInOrder)
        {
            _all.Run(call, _operation, _signature);
            return;
        }

        RunOperation(call with { HostDivisor = IsDividedOnHost(call) ? (int)BitOperations.RoundUpToPowerOf2((uint)_size) : 0 });
    }

    // All of this host are there, then all hosts, then all of this host hear of it.
    protected override void Barrier(in CollectiveCall call)
    {
        RunOnHost(call);
        if (_own == 0)
        {
            RunOnRail(0, call);
        }

        RunOnHost(call with { Kind = CollectiveKind.Broadcast, Peer = 0 });
    }

    /// <summary>Carries out a part between the ranks of this host.</summary>
    private void RunOnHost(in CollectiveCall part)
    {
        if (_local is { } local)
        {
            local.RunPart(part);
        }
        else
        {
            LocalGroup.RunAlone(part);
        }
    }

    /// <summary>Carries out a part between the agents of a rail, of which this rank is one.</summary>
    private void RunOnRail(int rail, in CollectiveCall part) => _rails[rail]!.Run(part, _operation, _signature);

    // A host's sum would be beyond these types, though the average is not: it is divided while it is still a wider number, by a power of two, which rounds nothing.
    private static bool IsDividedOnHost(in CollectiveCall call) =>
        call.Reduction is { Kind: ReductionKind.Average } && call.Type is (DataType.Float16 or DataType.Float8E4M3 or DataType.Float8E5M2);

    // Averages are divided, and factors applied, once: the ranks of a host add, each multiplied by its own factor, and agents add what is multiplied already.
    private static Reduction OnHost(in CollectiveCall call) => call.Reduction!.Kind == ReductionKind.Average && call.HostDivisor == 0 ? Reduction.Sum : call.Reduction;

    private static Reduction OnRail(in CollectiveCall call) => call.Reduction!.Kind == ReductionKind.PreMultipliedSum ? Reduction.Sum : call.Reduction;

    public override void Dispose()
    {
        _local?.Dispose();
        _all.Dispose();
        _scratchMemory.Dispose();
    }
}
