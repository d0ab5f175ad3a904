using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;
using Urma.Net.Messaging;

namespace Urma.Net;

// Trace context in messages. Where both ends asked for it in their hellos, a message that is sent inside a span travels as a control
// message of kind Traced {head, span, bytes}, or, through a large buffer, with the span in the tail of Filled. Registered bytes always
// take the second way: copying them here would touch memory that only the queue may find to be gone. All others travel as ever.

public sealed partial class MessageChannel
{
    /// <summary>What a traced message has before its bytes: a multiple of 16, so that these stay aligned.</summary>
    private const int TracedHead = ChannelMessage.Size + TraceParent.Size;

    // The spans of the messages in the slots; null where none are carried.
    private readonly TraceParent[]? _traces;

    // Of the message that is being sent, where the sender's state says so.
    private TraceParent _trace;
    private bool _carriesTraces;

    /// <summary>
    /// Whether messages carry the span they are sent in: both ends asked for it (<see cref="MessageChannelOptions.PropagateTraceContext"/>).
    /// </summary>
    public bool CarriesTraceContext => _carriesTraces;

    /// <summary>The other end's label; empty where it has none.</summary>
    internal string PeerLabel { get; private set; } = string.Empty;

    internal uint PeerUasid => _peerUasid;

    internal ActivityContext TraceOf(int slot, uint generation)
    {
        _ = LengthOf(slot, generation);
        return _traces is null ? default : _traces[slot].ToContext();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask SendTraced(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        UrmaTracing.CreateSend(this, message.Length) is { } activity
            ? TraceSend(activity, message, cancellationToken)
            : SendUntraced(message, cancellationToken);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask SendTraced(SegmentRange message, CancellationToken cancellationToken) =>
        UrmaTracing.CreateSend(this, message.Length) is { } activity
            ? TraceSend(activity, message, cancellationToken)
            : SendUntraced(message, cancellationToken);

    private async ValueTask TraceSend(Activity activity, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        using var span = new OperationSpan(activity);
        try
        {
            await SendUntraced(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            span.Fail(error);
            throw;
        }
    }

    private async ValueTask TraceSend(Activity activity, SegmentRange message, CancellationToken cancellationToken)
    {
        using var span = new OperationSpan(activity);
        try
        {
            await SendUntraced(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            span.Fail(error);
            throw;
        }
    }

    private async ValueTask<MessageLease> ReceiveTraced(CancellationToken cancellationToken)
    {
        DateTime began = DateTime.UtcNow;
        MessageLease lease;
        try
        {
            lease = await ReceiveUntraced(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            using var failed = new OperationSpan(UrmaTracing.CreateReceive(this, began, default));
            failed.Fail(error);
            throw;
        }

        if (!lease.IsEnd && UrmaTracing.CreateReceive(this, began, lease.TraceContext) is { } activity)
        {
            UrmaTracing.DescribeReceived(activity, lease.Length);
            new OperationSpan(activity).Dispose();
        }

        return lease;
    }

    /// <summary>Which span the message belongs to that is sent next. Only as the sender, with no send pending.</summary>
    private void TakeTrace()
    {
        _sender.IsTraced = Activity.Current is { IdFormat: ActivityIdFormat.W3C };
        if (_sender.IsTraced)
        {
            _trace = TraceParent.Of(Activity.Current!);
        }
    }

    // One copy more than without a span: both have to lie together.
    private bool TrySendTraced(ReadOnlySpan<byte> message)
    {
        if (message.Length > _eagerLimit - TracedHead)
        {
            return TrySendLarge(message);
        }

        message.CopyTo(StageTraced(message.Length, out SegmentRange staged));
        ExecuteTraced(staged);
        return true;
    }

    private unsafe Span<byte> StageTraced(int length, out SegmentRange staged)
    {
        staged = _memory.Range((long)_slotCount * Stride, TracedHead + length);
        var bytes = new Span<byte>((void*)staged.Address, TracedHead + length);
        new ChannelMessage(ChannelMessageKind.Traced, length).WriteTo(bytes);
        _trace.WriteTo(bytes[ChannelMessage.Size..]);
        return bytes[TracedHead..];
    }

    private void ExecuteTraced(SegmentRange staged)
    {
        WorkRequest request = WorkRequest.Send(_target!, staged, PostContext);
        request.Opcode = Opcode.SendImmediate;
        Execute(in request);
        _sender.Sent++;
    }

    // Holds the poll gate. By what this end asked for: the peer may know that both did before this end does. False where the message cannot be: its slot is posted again by the caller.
    private bool OnTraced(int slot, int length, ReadOnlySpan<byte> payload)
    {
        if (_traces is null || length < TracedHead)
        {
            SetFault(_traces is not null ? $"it sent a traced message of {length} bytes, which is none" : "it sent a traced message, which was not agreed");
            return false;
        }

        ref SlotState state = ref _slots[slot];
        _traces[slot] = TraceParent.Read(payload[ChannelMessage.Size..]);
        state.Offset = TracedHead;
        state.Address += TracedHead;
        state.Length = length - TracedHead;
        _inbox[_receiver.InboxPut & (uint)(_inbox.Length - 1)] = slot;
        _receiver.InboxPut++;
        return true;
    }

    // Holds the post gate: the slot begins at its first byte again.
    private void ForgetTrace(int slot)
    {
        ref SlotState state = ref _slots[slot];
        state.Address -= state.Offset;
        state.Offset = 0;
        _traces![slot] = default;
    }
}
