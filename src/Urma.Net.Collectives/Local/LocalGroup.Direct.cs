using System.Runtime.InteropServices;
using Urma.Net.Collectives.Reductions;
using Urma.Net.Internal;

namespace Urma.Net.Collectives.Local;

/// <summary>
/// Operations on buffers that all ranks can reach: they name them to each other, each carries out a share of the operation straight between the
/// buffers, and nobody returns before all are done. Two meetings, one copy.
/// </summary>
internal sealed unsafe partial class LocalGroup
{
    // By rank, of the call under way.
    private readonly Announcement[] _announced;
    private readonly nint[] _sends;
    private readonly nint[] _receives;

    // What a share is written to, several at once.
    private readonly nint[] _destinations;

    /// <returns>False where some rank's buffer cannot be reached: then all ranks say so, and nothing was done.</returns>
    private bool TryRunDirect(in CollectiveCall call)
    {
        uint signature = _signature;
        uint step = NextStep(sizeof(Announcement));
        Announcement own = Announce(call);
        Publish(step, signature, (byte*)&own, sizeof(Announcement));
        AwaitAll(step, signature, (byte*)&own, sizeof(Announcement));
        bool canReach = true;
        for (int rank = 0; rank < _size; rank++)
        {
            // Once: what lies in another's memory may change under the eye.
            Announcement theirs = *(Announcement*)_sources[rank];
            _announced[rank] = theirs;
            canReach &= theirs.Send.IsReachable && theirs.Receive.IsReachable;
        }

        if (!canReach)
        {
            Complete(step);
            return false;
        }

        Resolve(call);
        RunShare(call);
        for (int rank = 0; rank < _size; rank++)
        {
            if (_remote.IsGone(rank, _announced[rank].Send) || _remote.IsGone(rank, _announced[rank].Receive))
            {
                _owner.ThrowUnreachable(rank, "its buffer was disposed during the call, or its process ended.");
            }
        }

        Complete(step);

        // Until then others may still read from this rank's buffers, or write to them.
        AwaitCompleted(step);
        return true;
    }

    private Announcement Announce(in CollectiveCall call)
    {
        Announcement own = default;
        if (NeedsSend(call, _rank))
        {
            own.Send = _buffers.Find(call.Send, SendLength(call));
        }

        if (NeedsReceive(call, _rank))
        {
            own.Receive = _buffers.Find(call.Receive, ReceiveLength(call));
        }

        // What others have not fetched yet would be overwritten.
        if (call.Kind == CollectiveKind.AllToAll && call.Send == call.Receive)
        {
            own.Send.Id = BufferReference.Unregistered;
        }

        return own;
    }

    private void Resolve(in CollectiveCall call)
    {
        for (int rank = 0; rank < _size; rank++)
        {
            ref readonly Announcement theirs = ref _announced[rank];
            if (rank == _rank)
            {
                _sends[rank] = (nint)call.Send;
                _receives[rank] = (nint)call.Receive;
                continue;
            }

            _sends[rank] = NeedsSend(call, rank) ? (nint)_remote.Resolve(rank, theirs.Send, SendLength(call)) : 0;
            _receives[rank] = NeedsReceive(call, rank) ? (nint)_remote.Resolve(rank, theirs.Receive, ReceiveLength(call)) : 0;
        }
    }

    // Whose send buffer others read.
    private static bool NeedsSend(in CollectiveCall call, int rank) => call.Kind switch
    {
        CollectiveKind.Broadcast or CollectiveKind.Scatter => rank == call.Peer,
        CollectiveKind.Gather => false,
        _ => true,
    };

    // Whose receive buffer others write.
    private static bool NeedsReceive(in CollectiveCall call, int rank) => call.Kind switch
    {
        CollectiveKind.AllReduce or CollectiveKind.Broadcast => true,
        CollectiveKind.Reduce or CollectiveKind.Gather => rank == call.Peer,
        _ => false,
    };

    private long SendLength(in CollectiveCall call) =>
        call.Kind is CollectiveKind.ReduceScatter or CollectiveKind.AllToAll or CollectiveKind.Scatter ? call.Bytes * _size : call.Bytes;

    private long ReceiveLength(in CollectiveCall call) =>
        call.Kind is CollectiveKind.AllGather or CollectiveKind.AllToAll or CollectiveKind.Gather ? call.Bytes * _size : call.Bytes;

    private void RunShare(in CollectiveCall call)
    {
        long bytes = call.Bytes;
        switch (call.Kind)
        {
            case CollectiveKind.AllReduce:
            case CollectiveKind.Reduce:
                DirectReduce(call);
                break;
            case CollectiveKind.ReduceScatter:
                for (int rank = 0; rank < _size; rank++)
                {
                    _sources[rank] = _sends[rank] + (nint)(_rank * bytes);
                }

                Combine(call, call.Receive, call.Count, bytes >= CopyKernel.StreamingLength && !IsInPlace(call.Receive));
                break;
            case CollectiveKind.Broadcast:
                DirectBroadcast(call);
                break;
            case CollectiveKind.AllGather:
                for (int i = 0; i < _size; i++)
                {
                    int rank = (_rank + i) % _size;
                    MoveLong(call.Receive + (rank * bytes), (byte*)_sends[rank], bytes);
                }

                break;
            case CollectiveKind.AllToAll:
                for (int i = 0; i < _size; i++)
                {
                    int rank = (_rank + i) % _size;
                    MoveLong(call.Receive + (rank * bytes), (byte*)_sends[rank] + (_rank * bytes), bytes);
                }

                break;
            case CollectiveKind.Gather:
                MoveLong((byte*)_receives[call.Peer] + (_rank * bytes), call.Send, bytes);
                break;
            default:
                MoveLong(call.Receive, (byte*)_sends[call.Peer] + (_rank * bytes), bytes);
                break;
        }
    }

    private bool IsInPlace(byte* destination)
    {
        for (int rank = 0; rank < _size; rank++)
        {
            if (_sources[rank] == (nint)destination)
            {
                return true;
            }
        }

        return false;
    }

    // This rank's share of the vector, of all ranks, to all who want it: each element is read once and written once, out of registers.
    private void DirectReduce(in CollectiveCall call)
    {
        long element = DataTypes.SizeOf(call.Type);
        (long first, long count) = Share(call.Count, element, _rank);
        nint offset = (nint)(first * element);
        bool streams = call.Bytes * 2 >= CopyKernel.StreamingLength;
        for (int rank = 0; rank < _size; rank++)
        {
            _sources[rank] = _sends[rank] + offset;
        }

        (int firstReceiver, int receivers) = call.Kind == CollectiveKind.Reduce ? (call.Peer, 1) : (0, _size);
        for (int rank = firstReceiver; rank < firstReceiver + receivers; rank++)
        {
            // Lines that were just read are in the cache: stores that go round it would push them out first.
            streams &= _receives[rank] != _sends[rank];
            _destinations[rank] = _receives[rank] + offset;
        }

        Combine(call, new ReadOnlySpan<nint>(_destinations, firstReceiver, receivers), count, streams);
    }

    // This rank's share to all: read once, written once to each.
    private void DirectBroadcast(in CollectiveCall call)
    {
        (long first, long count) = Share(call.Bytes, 1, _rank);
        nint source = _sends[call.Peer] + (nint)first;
        int receivers = 0;
        for (int rank = 0; rank < _size; rank++)
        {
            nint destination = _receives[rank] + (nint)first;
            if (destination != source)
            {
                _destinations[receivers++] = destination;
            }
        }

        if (receivers == 1)
        {
            MoveLong((byte*)_destinations[0], (byte*)source, count);
            return;
        }

        // The sum of one summand.
        ReductionKernels.Reduce(
            new ReadOnlySpan<nint>(_destinations, 0, receivers),
            new ReadOnlySpan<nint>(ref source),
            count,
            DataType.UInt8,
            Reduction.Sum,
            default,
            streaming: call.Bytes * 2 >= CopyKernel.StreamingLength);
    }

    internal static void MoveLong(byte* destination, byte* source, long length)
    {
        if (destination != source && length > 0)
        {
            CopyKernel.CopyStep(destination, source, length, length * 2);
        }
    }
}
