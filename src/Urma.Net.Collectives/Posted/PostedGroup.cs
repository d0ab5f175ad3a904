using Urma.Net.Collectives.Local;

namespace Urma.Net.Collectives.Posted;

/// <summary>
/// Ranks that reach each other by posted work only: over RDMA, over devices that map no memory, on several hosts. All ranks of a communicator, or
/// some of them, for parts of its operations; groups of the same ranks share their links.
/// </summary>
internal sealed unsafe partial class PostedGroup : OperationsEngine
{
    private const long PieceBytes = PostedTraffic.PieceBytes;

    private readonly PostedTraffic _traffic;
    private readonly PostedPort _port;
    private readonly PostedWait _wait;
    private readonly PostedSchedule _schedule;
    private readonly PostedBuffers _remote;
    private readonly RegisteredBuffers _buffers;
    private readonly IWaitOwner _owner;
    private readonly int[] _members;
    private readonly int _rank;
    private readonly int _size;
    private readonly byte* _scratch;

    // The largest power of two that is not above the size, and how many ranks are beyond it.
    private readonly int _power;
    private readonly int _beyond;

    private uint _operation;

    public PostedGroup(PostedGroupSetup setup)
    {
        (_traffic, _owner, _buffers, _members, _rank) = (setup.Traffic, setup.Owner, setup.Buffers, setup.Members, setup.Rank);
        (_port, _wait, _schedule, _remote) = (_traffic.Port, _traffic.Wait, _traffic.Schedule, _traffic.Buffers);
        _scratch = _traffic.Scratch;
        _size = _members.Length;
        _raised = new uint[_size * LocalLayout.SignalsPerRank];
        _awaited = new uint[_size * LocalLayout.SignalsPerRank];
        _power = 1 << System.Numerics.BitOperations.Log2((uint)_size);
        _beyond = _size - _power;
    }

    public override int WaitedFor => _wait.Peer;

    public override bool MapsBuffers => false;

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
        Run(call, _operation, call.Signature);
    }

    /// <summary>Carries out a call, or a part of one, in a group of at least two.</summary>
    /// <param name="part">What this group does.</param>
    /// <param name="operation">The number of the communicator's operation that it is, or is a part of; not 0.</param>
    /// <param name="signature">The signature of that operation's call.</param>
    public void Run(in CollectiveCall part, uint operation, uint signature)
    {
        _schedule.Begin(part, operation, signature, _members);
        RunOperation(part);
    }

    public override void Run(Span<Transfer> transfers)
    {
        Begin(transfers);
        _schedule.Run();
    }

    /// <summary>Gets transfers under way that the schedule then moves, but for those that are done already; those of this rank with itself are done at once.</summary>
    public void Begin(Span<Transfer> transfers)
    {
        _schedule.Begin(default, 0, 0, _members);
        for (int i = 0; i < transfers.Length; i++)
        {
            ref Transfer transfer = ref transfers[i];
            if (transfer.IsDone)
            {
                continue;
            }

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
    }

    // A send of this rank's to itself meets the first receive from itself that no earlier one has met.
    private void MoveToSelf(Span<Transfer> transfers, int index)
    {
        ref Transfer transfer = ref transfers[index];
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
    protected override void Barrier(in CollectiveCall call)
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

    public override void Dispose() => _traffic.Dispose();
}
