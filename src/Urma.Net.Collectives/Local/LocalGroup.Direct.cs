using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Collectives.Local;

/// <summary>
/// Operations on buffers that all ranks can reach: they name them to each other, each carries out a share of the operation straight between the
/// buffers, and nobody returns before all are done. Two meetings, one copy.
/// </summary>
internal sealed unsafe partial class LocalGroup
{
    // What is written to several receivers is written from a block that still is in the nearest cache.
    private const long BlockBytes = 16 << 10;

    // By rank, of the call under way.
    private readonly Announcement[] _announced;
    private readonly nint[] _sends;
    private readonly nint[] _receives;

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

    // This rank's share of the vector, of all ranks, to all who want it.
    private void DirectReduce(in CollectiveCall call)
    {
        long element = DataTypes.SizeOf(call.Type);
        (long first, long count) = Share(call.Count, element, _rank);
        bool streams = call.Bytes * 2 >= CopyKernel.StreamingLength;
        long perBlock = BlockBytes / element;
        for (long done = 0; done < count; done += perBlock)
        {
            long offset = (first + done) * element;
            long block = Math.Min(perBlock, count - done);
            for (int rank = 0; rank < _size; rank++)
            {
                _sources[rank] = _sends[rank] + (nint)offset;
            }

            if (call.Kind == CollectiveKind.Reduce)
            {
                byte* destination = (byte*)_receives[call.Peer] + offset;
                Combine(call, destination, block, streams && !IsInPlace(destination));
                continue;
            }

            Combine(call, _scratch, block);
            for (int rank = 0; rank < _size; rank++)
            {
                CopyKernel.CopyStep((byte*)_receives[rank] + offset, _scratch, block * element, streams ? long.MaxValue : 0);
            }
        }
    }

    private void DirectBroadcast(in CollectiveCall call)
    {
        (long first, long count) = Share(call.Bytes, 1, _rank);
        byte* source = (byte*)_sends[call.Peer] + first;
        if (_size == 2)
        {
            for (int rank = 0; rank < _size; rank++)
            {
                MoveLong((byte*)_receives[rank] + first, source, count);
            }

            return;
        }

        for (long done = 0; done < count; done += BlockBytes)
        {
            long block = Math.Min(BlockBytes, count - done);
            for (int rank = 0; rank < _size; rank++)
            {
                Move((byte*)_receives[rank] + first + done, source + done, block);
            }
        }
    }

    internal static void MoveLong(byte* destination, byte* source, long length)
    {
        if (destination != source && length > 0)
        {
            CopyKernel.CopyStep(destination, source, length, length * 2);
        }
    }
}
