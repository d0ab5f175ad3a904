using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Urma.Net.Collectives;

/// <content>What every call is checked for.</content>
public sealed unsafe partial class Communicator
{
    private const string Overlap =
        "The send and the receive buffer overlap. Give separate ones, or the operation's in-place form: the same address, or this rank's block of the longer buffer.";

    private CollectiveCall MakeCall(
        CollectiveKind kind, byte* send, byte* receive, long count, DataType type, Reduction? reduction, int peer, string? file, int line)
    {
        if (count < 0 || count > long.MaxValue / sizeof(ulong) / Size)
        {
            ThrowCount(count);
        }

        if (peer >= Size || (peer < 0 && HasPeer(kind)))
        {
            ThrowPeer(peer);
        }

        _ = DataTypes.SizeOf(type);
        if (IsReduction(kind))
        {
            ArgumentNullException.ThrowIfNull(reduction);
            reduction.ThrowIfUnsupported(type);
        }

        var call = new CollectiveCall
        {
            Kind = kind,
            Type = type,
            Peer = peer,
            Count = count,
            Send = send,
            Receive = receive,
            Reduction = reduction,
            File = file,
            Line = line,
        };
        CheckOverlap(call);
        return call;
    }

    private static bool HasPeer(CollectiveKind kind) => kind
        is CollectiveKind.Broadcast or CollectiveKind.Reduce or CollectiveKind.Gather or CollectiveKind.Scatter or CollectiveKind.Send or CollectiveKind.Receive;

    private static bool IsReduction(CollectiveKind kind) =>
        kind is CollectiveKind.AllReduce or CollectiveKind.Reduce or CollectiveKind.ReduceScatter;

    // The count of a call from the lengths of its spans, as NCCL counts.
    private long CountOf(CollectiveKind kind, int send, int receive, int root)
    {
        switch (kind)
        {
            case CollectiveKind.Send:
                return send;
            case CollectiveKind.Receive:
                return receive;
            case CollectiveKind.AllReduce:
            case CollectiveKind.Reduce when root == Rank:
                return Same(send, receive, 1);
            case CollectiveKind.Broadcast:
                return root == Rank ? Same(send, receive, 1) : receive;
            case CollectiveKind.AllGather:
            case CollectiveKind.Gather when root == Rank:
                return Same(send, receive, Size);
            case CollectiveKind.ReduceScatter:
                return -Same(receive, send, -Size);
            case CollectiveKind.Scatter:
                return root == Rank ? -Same(receive, send, -Size) : receive;
            case CollectiveKind.AllToAll:
                return send % Size == 0 ? Same(send, receive, 1) / Size : ThrowBlocks(send);
            default:
                return send;
        }
    }

    // Negative factors stand for the same with the words the other way round.
    private static long Same(int shorter, int longer, int factor)
    {
        if ((long)shorter * Math.Abs(factor) != longer)
        {
            ThrowLengths(shorter, longer, factor);
        }

        return factor < 0 ? -shorter : shorter;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CheckOverlap(in CollectiveCall call)
    {
        // Most calls have buffers that do not even touch.
        if (call.Send != null && call.Receive != null)
        {
            long bytes = call.Bytes;
            long sent = call.Kind is CollectiveKind.ReduceScatter or CollectiveKind.AllToAll or CollectiveKind.Scatter ? bytes * Size : bytes;
            long received = call.Kind is CollectiveKind.AllGather or CollectiveKind.AllToAll or CollectiveKind.Gather ? bytes * Size : bytes;
            if (call.Send < call.Receive + received && call.Receive < call.Send + sent && !IsInPlace(call, bytes))
            {
                ThrowOverlap();
            }
        }
    }

    private bool IsInPlace(in CollectiveCall call, long bytes) => call.Kind switch
    {
        CollectiveKind.AllGather => call.Send == call.Receive + (Rank * bytes),
        CollectiveKind.Gather => Rank != call.Peer || call.Send == call.Receive + (Rank * bytes),
        CollectiveKind.ReduceScatter => call.Receive == call.Send + (Rank * bytes),
        CollectiveKind.Scatter => Rank != call.Peer || call.Receive == call.Send + (Rank * bytes),
        CollectiveKind.Reduce => Rank != call.Peer || call.Send == call.Receive,
        CollectiveKind.Broadcast => Rank != call.Peer || call.Send == call.Receive,
        _ => call.Send == call.Receive,
    };

    private void RunSpans(ref CollectiveCall call)
    {
        if (CollectiveGroup.Current is not null)
        {
            ThrowSpanInGroup();
        }

        Run(ref call);
    }

    [DoesNotReturn]
    private static void ThrowOverlap() => throw new ArgumentException(Overlap);

    [DoesNotReturn]
    private void ThrowCount(long count) =>
        throw new ArgumentOutOfRangeException(nameof(count), count, $"The count must be between 0 and {long.MaxValue / sizeof(ulong) / Size}.");

    [DoesNotReturn]
    private void ThrowPeer(int peer) =>
        throw new ArgumentOutOfRangeException(nameof(peer), peer, $"Ranks of {Name} are 0 to {Size - 1}.");

    [DoesNotReturn]
    private static void ThrowLengths(int shorter, int longer, int factor) => throw new ArgumentException(factor switch
    {
        1 => $"{nameof(Send)} and {nameof(Receive)} buffer must be of one length, and are of {shorter} and {longer} elements.",
        > 0 => $"The receive buffer takes {factor} blocks of {shorter} elements, and has {longer} elements.",
        _ => $"The send buffer holds {-factor} blocks of {shorter} elements, and has {longer} elements.",
    });

    [DoesNotReturn]
    private long ThrowBlocks(int length) =>
        throw new ArgumentException($"The buffers hold a block for each of {Size} ranks, so their length must be a multiple of that, and is {length}.");

    [DoesNotReturn]
    private static void ThrowSpanInGroup() => throw new InvalidOperationException(
        "A span may not outlive its call, and calls of a group are carried out when the group ends: use the forms that take addresses.");
}
