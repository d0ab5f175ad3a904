using System.Collections.Concurrent;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <content>Lanes, and what completions mean.</content>
public sealed unsafe partial class VerbsContext
{
    // A lane counts up from there with each reconnection.
    private const int EpochStep = 37;

    private readonly ObjectList<Lane> _lanes = new();
    private readonly ObjectList<VerbsJfr> _receiveQueues = new();
    private readonly ObjectList<InboundLane> _inbound = new();
    private readonly ConcurrentDictionary<uint, IMessageSource> _sources = new();
    private int _lastEpoch;

    /// <summary>A number for a queue pair of a lane, which differs from those of the lanes before.</summary>
    internal int NextEpoch() => Interlocked.Add(ref _lastEpoch, EpochStep);

    internal Lane AddLane(Func<int, Lane> make) => _lanes.Add(make, "lanes");

    internal void Remove(Lane lane) => _lanes.Remove(lane.Index);

    internal Lane? FindLane(int index) => _lanes[index];

    internal uint AddReceiveQueue(VerbsJfr queue)
    {
        uint id = 0;
        _ = _receiveQueues.Add(
            number =>
            {
                id = (uint)number;
                return queue;
            },
            "JFRs");
        return id;
    }

    internal void RemoveReceiveQueue(VerbsJfr queue) => _receiveQueues.Remove((int)queue.Id);

    /// <summary>Says whose messages come through a queue pair.</summary>
    internal void Route(uint pair, IMessageSource source) => _sources[pair] = source;

    internal void Unroute(uint pair) => _sources.TryRemove(pair, out _);

    /// <summary>Ends the receive that a record of the device's is about; false where it has ended already. Under the JFC's gate.</summary>
    internal bool TryCompleteReceive(ibv_wc* work, out ReceiveCompletion completion)
    {
        completion = default;
        VerbsJfr? queue = _receiveQueues[WorkId.ReceiveQueue(work->wr_id)];
        if (queue is null || !queue.TryComplete(WorkId.Slot(work->wr_id), out ulong userContext))
        {
            return false;
        }

        IMessageSource? source = _sources.GetValueOrDefault(work->qp_num);
        if (work->status != ibv_wc_status.IBV_WC_SUCCESS)
        {
            completion = new ReceiveCompletion(
                new Completion(userContext, 0, WorkStatus.OfReceive(work->status), CompletionFlags.Receive),
                0,
                source?.SourceUasid ?? 0,
                source?.SourceJettyId ?? 0,
                ReceiveOpcode.Send);
            return true;
        }

        bool hasImmediate = (work->wc_flags & (uint)ibv_wc_flags.IBV_WC_WITH_IMM) != 0;
        ReceiveOpcode opcode = work->opcode == ibv_wc_opcode.IBV_WC_RECV_RDMA_WITH_IMM ? ReceiveOpcode.WriteWithImmediate
            : hasImmediate ? ReceiveOpcode.SendWithImmediate
            : ReceiveOpcode.Send;
        CompletionFlags flags = CompletionFlags.Receive | (hasImmediate ? CompletionFlags.Immediate : 0);
        completion = new ReceiveCompletion(
            new Completion(userContext, work->byte_len, CompletionStatus.Success, flags),
            hasImmediate ? source?.ReadImmediate(work->imm_data) ?? 0 : 0,
            source?.SourceUasid ?? 0,
            source?.SourceJettyId ?? 0,
            opcode);
        return true;
    }
}
