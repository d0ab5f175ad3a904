using System.Runtime.InteropServices;
using Urma.Net.Collectives.Local;
using Urma.Net.Collectives.Reductions;

namespace Urma.Net.Collectives.Posted;

/// <summary>Ranks that reach each other by posted work only: over RDMA, over devices that map no memory, on several hosts.</summary>
internal sealed unsafe partial class PostedGroup : CollectiveEngine
{
    // Partial results of ranks that have no receive buffer pass through memory of the group's own, a piece at a time.
    private const long PieceBytes = 256 << 10;

    private readonly PostedPort _port;
    private readonly PostedWait _wait;
    private readonly PostedSchedule _schedule;
    private readonly PostedBuffers _remote;
    private readonly RegisteredBuffers _buffers;
    private readonly IWaitOwner _owner;
    private readonly int _rank;
    private readonly int _size;

    // Two pieces.
    private readonly byte* _scratch;

    // The largest power of two that is not above the size, and how many ranks are beyond it.
    private readonly int _power;
    private readonly int _beyond;

    private uint _operation;

    public PostedGroup(PostedGroupSetup setup)
    {
        (_port, _owner, _buffers, _rank, _size) = (setup.Port, setup.Owner, setup.Buffers, setup.Rank, setup.Size);
        _wait = new PostedWait(_owner, setup.IsCrowded, setup.Timeout);
        _schedule = new PostedSchedule(_port, _wait, _owner, _size);
        _remote = new PostedBuffers(setup.Context, _port, _wait, _size);
        _raised = new uint[_size * LocalLayout.SignalsPerRank];
        _awaited = new uint[_size * LocalLayout.SignalsPerRank];
        _scratch = (byte*)NativeMemory.AlignedAlloc(2 * (nuint)PieceBytes, 64);
        _power = 1 << System.Numerics.BitOperations.Log2((uint)_size);
        _beyond = _size - _power;
    }

    public override int WaitedFor => _wait.Peer;

    public override void Interrupt() => _wait.Interrupt();

    public override void Run(in CollectiveCall call)
    {
        if (call.Kind == CollectiveKind.None)
        {
            return;
        }

        if (_size == 1)
        {
            LocalGroup.RunAlone(call);
            return;
        }

        // 0 stands for sends and receives.
        _operation = Math.Max(1, _operation + 1);
        _schedule.Begin(call, _operation);
        switch (call.Kind)
        {
            case CollectiveKind.Barrier:
                Barrier();
                break;
            case CollectiveKind.AllReduce:
                AllReduce(call);
                break;
            case CollectiveKind.Reduce:
                Reduce(call);
                break;
            case CollectiveKind.ReduceScatter:
                ReduceScatter(call);
                break;
            case CollectiveKind.Broadcast:
                Broadcast(call);
                break;
            case CollectiveKind.AllGather:
                AllGather(call);
                break;
            case CollectiveKind.Gather:
                Gather(call);
                break;
            case CollectiveKind.Scatter:
                Scatter(call);
                break;
            case CollectiveKind.AllToAll:
                AllToAll(call);
                break;
            case CollectiveKind.AllToAllV:
                AllToAllVariable(call);
                break;
            default:
                throw new InvalidOperationException($"{call.Kind} is no collective operation.");
        }
    }

    public override void Run(Span<Transfer> transfers)
    {
        _schedule.Begin(default, 0);
        for (int i = 0; i < transfers.Length; i++)
        {
            ref Transfer transfer = ref transfers[i];
            if (transfer.Peer == _rank)
            {
                MoveToSelf(transfers, i);
                continue;
            }

            _ = _schedule.Add(new PostedFlow
            {
                IsSend = transfer.IsSend,
                Peer = transfer.Peer,
                Buffer = transfer.Buffer,
                Bytes = transfer.Bytes,
                After = -1,
                Mark = PostedSchedule.Mark(transfer.Signature, 0),
            });
        }

        _schedule.Run();
    }

    // A send of this rank's to itself meets the first receive from itself that no earlier one has met.
    private void MoveToSelf(Span<Transfer> transfers, int index)
    {
        ref Transfer transfer = ref transfers[index];
        if (transfer.IsDone)
        {
            return;
        }

        for (int i = index + 1; i < transfers.Length; i++)
        {
            ref Transfer other = ref transfers[i];
            if (other.Peer == _rank && other.IsSend != transfer.IsSend && !other.IsDone)
            {
                if (other.Signature != transfer.Signature)
                {
                    break;
                }

                byte* source = transfer.IsSend ? transfer.Buffer : other.Buffer;
                byte* destination = transfer.IsSend ? other.Buffer : transfer.Buffer;
                LocalGroup.MoveLong(destination, source, transfer.Bytes);
                (transfer.IsDone, other.IsDone) = (true, true);
                return;
            }
        }

        _owner.ThrowMismatch(_rank);
    }

    // Dissemination: after each round a rank has heard of twice as many.
    private void Barrier()
    {
        for (int distance = 1; distance < _size; distance *= 2)
        {
            _ = _schedule.Send(Behind(distance), null, 0);
            _ = _schedule.Receive(Before(distance), null, 0);
            _schedule.Run();
        }
    }

    private int Behind(int distance) => (_rank + distance) % _size;

    private int Before(int distance) => (_rank - distance + _size) % _size;

    public override void Dispose()
    {
        _remote.Dispose();
        _port.Dispose();
        _schedule.Dispose();
        _wait.Dispose();
        NativeMemory.AlignedFree(_scratch);
    }
}
