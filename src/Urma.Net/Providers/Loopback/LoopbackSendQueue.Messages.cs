using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>Messages: claim a posted receive of the peer's, deliver into its buffer, tell its JFC.</summary>
internal sealed unsafe partial class LoopbackSendQueue
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Outcome ExecuteSend(in WorkRequest request, out CompletionStatus status, out long length)
    {
        length = request.Local.Length;
        LoopbackSendLane? lane = FindLane(request.Target);
        if (lane is null || !lane.IsUsable || (length != 0 && !IsLocalAllowed(in request)) || length > LoopbackLayout.EntryInlineLength)
        {
            return ExecuteMessage(in request, new ReadOnlySpan<SegmentRange>(in request.Local), out status, out length);
        }

        if (!lane.TryClaim(out long position))
        {
            status = CompletionStatus.Success;
            return Outcome.NotReady;
        }

        return DeliverInline(in request, lane, lane.Claimed, position, out status, out length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Outcome DeliverInline(
        in WorkRequest request, LoopbackSendLane lane, ReceiveDescriptor* buffers, long position, out CompletionStatus status, out long length)
    {
        // A receive of several buffers needs the sum of its parts; the common case of one does not.
        length = request.Local.Length;
        ReceiveDescriptor first = *buffers;
        if (length > first.Length && (lane.MaxScatter == 1 || length > TotalLength(buffers, lane.MaxScatter)))
        {
            return RejectTooLong(lane, position, first.Slot, ReceiveOpcode.Send, out status, out length);
        }

        LaneEntry* entry = lane.Next;
        byte* source = (byte*)request.Local.Address;
        CopyShort(entry->Payload, source, (int)length);
        lane.Publish(entry, position, first.Slot, LaneEntry.Pack(length, CompletionStatus.Success, FlagsOf(request.Flags, false)), 0, ReceiveOpcode.Send, isInline: true);
        _counters->CountSends(1, length);
        status = CompletionStatus.Success;
        return Outcome.Done;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyShort(byte* destination, byte* source, int length)
    {
        if (length == 8)
        {
            Unsafe.WriteUnaligned(destination, Unsafe.ReadUnaligned<ulong>(source));
        }
        else if (length != 0)
        {
            Unsafe.CopyBlockUnaligned(destination, source, (uint)length);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Outcome ExecuteMessage(in WorkRequest request, ReadOnlySpan<SegmentRange> pieces, out CompletionStatus status, out long length)
    {
        if (!TrySum(in request, pieces, out length, out status))
        {
            return Done(ref length, status);
        }

        if (length >= _engineThreshold && !_isEngineTurn)
        {
            return Outcome.Engine;
        }

        LoopbackSendLane? lane = FindLane(request.Target);
        if (lane is null && (lane = TryOpenLane(request.Target, out status)) is null)
        {
            return Done(ref length, status);
        }

        if (!lane.Peer.IsAlive)
        {
            status = CompletionStatus.AckTimeout;
            return Done(ref length, status);
        }

        if (!lane.IsUsable)
        {
            status = CompletionStatus.RemoteOperationError;
            return Done(ref length, status);
        }

        RemoteSegmentTable.Entry* target = null;
        bool isWrite = request.Opcode == Opcode.WriteImmediate;
        if (isWrite && (length != 0 || request.Remote.Token != NoRemote))
        {
            target = RemoteSegmentTable.Find(_remote, _remoteTable.Limit, request.Remote, length, SegmentAccess.Write);
            if (target == null)
            {
                status = _remoteTable.Explain(request.Remote);
                return Done(ref length, status);
            }
        }

        if (!lane.TryClaim(out long position))
        {
            return Outcome.NotReady;
        }

        if (!isWrite && length > LoopbackLayout.EntryInlineLength && MapBuffers(lane, length) is var outcome and not Outcome.Done)
        {
            lane.Hold(position);
            return outcome;
        }

        return isWrite
            ? DeliverWriteImmediate(in request, pieces, lane, target, position, ref length, out status)
            : DeliverMessage(in request, pieces, lane, position, ref length, out status);
    }

    // Mapping the receiver's buffers takes an answer of its control thread, for which the claimed receive is kept. A refusal shows
    // when the message is delivered.
    private static Outcome MapBuffers(LoopbackSendLane lane, long length)
    {
        for (int i = 0; i < lane.MaxScatter && length > 0; i++)
        {
            ReceiveDescriptor buffer = lane.Claimed[i];
            if (buffer.Length != 0 && lane.Segments.Find(buffer.Segment) == null)
            {
                switch (lane.Segments.Ask(buffer.Segment))
                {
                    case BufferState.Asked:
                        return Outcome.Asked;
                    case BufferState.Overdue:
                        return Outcome.NotReady;
                }
            }

            length -= buffer.Length;
        }

        return Outcome.Done;
    }

    private Outcome DeliverMessage(
        in WorkRequest request, ReadOnlySpan<SegmentRange> pieces, LoopbackSendLane lane, long position, ref long length,
        out CompletionStatus status)
    {
        ReceiveDescriptor* descriptor = lane.Claimed;
        bool hasImmediate = request.Opcode == Opcode.SendImmediate;
        ReceiveOpcode opcode = hasImmediate ? ReceiveOpcode.SendWithImmediate : ReceiveOpcode.Send;
        uint slot = descriptor->Slot;
        if (length > TotalLength(descriptor, lane.MaxScatter))
        {
            return RejectTooLong(lane, position, slot, opcode, out status, out length);
        }

        LaneEntry* entry = lane.Next;
        bool isInline = length <= LoopbackLayout.EntryInlineLength;
        if (isInline)
        {
            byte* payload = entry->Payload;
            foreach (ref readonly SegmentRange piece in pieces)
            {
                Unsafe.CopyBlockUnaligned(payload, (void*)piece.Address, (uint)piece.Length);
                payload += piece.Length;
            }

            status = CompletionStatus.Success;
        }
        else
        {
            status = Scatter(lane, pieces, descriptor);
        }

        CompletionStatus theirs = status == CompletionStatus.Success ? status : CompletionStatus.LocalAccessError;
        lane.Publish(
            entry, position, slot, LaneEntry.Pack(theirs == CompletionStatus.Success ? length : 0, theirs, FlagsOf(request.Flags, hasImmediate)),
            request.Operand, opcode, isInline);
        _counters->CountSends(1, length);
        return Done(ref length, status);
    }

    private Outcome DeliverWriteImmediate(
        in WorkRequest request, ReadOnlySpan<SegmentRange> pieces, LoopbackSendLane lane, RemoteSegmentTable.Entry* target, long position,
        ref long length, out CompletionStatus status)
    {
        uint slot = lane.Claimed->Slot;
        status = CopyPieces(target, request.Remote.Offset, pieces, isRead: false);
        CompletionStatus theirs = status == CompletionStatus.Success ? status : CompletionStatus.LocalAccessError;
        lane.Publish(
            lane.Next, position, slot, LaneEntry.Pack(theirs == CompletionStatus.Success ? length : 0, theirs, FlagsOf(request.Flags, true)),
            request.Operand, ReceiveOpcode.WriteWithImmediate, isInline: false);
        _counters->CountWrite(length);
        return Done(ref length, status);
    }

    // Copies the message into the receiver's buffers. Their place comes from shared memory and is checked against what we mapped.
    private CompletionStatus Scatter(LoopbackSendLane lane, ReadOnlySpan<SegmentRange> pieces, ReceiveDescriptor* descriptors)
    {
        int next = 0;
        ReceiveDescriptor buffer = descriptors[0];
        long filled = 0;
        foreach (ref readonly SegmentRange piece in pieces)
        {
            long done = 0;
            while (done < piece.Length)
            {
                while (filled == buffer.Length)
                {
                    if (++next == lane.MaxScatter)
                    {
                        return CompletionStatus.RemoteResponseLengthError;
                    }

                    buffer = descriptors[next];
                    filled = 0;
                }

                long part = Math.Min(piece.Length - done, buffer.Length - filled);
                part = Math.Min(part, CopyStep);
                CompletionStatus status = Deliver(lane, buffer.Segment, buffer.Offset + filled, (byte*)piece.Address + done, part);
                if (status != CompletionStatus.Success)
                {
                    return status;
                }

                done += part;
                filled += part;
            }
        }

        return CompletionStatus.Success;
    }

    private CompletionStatus Deliver(LoopbackSendLane lane, uint segment, long offset, byte* source, long length)
    {
        RemoteSegmentTable.Entry* target = lane.Segments.Find(segment);
        if (target == null || (ulong)offset > (ulong)target->Length || (ulong)length > (ulong)(target->Length - offset))
        {
            return CompletionStatus.RemoteOperationError;
        }

        if (target->Mode == SegmentMode.Copied)
        {
            return LoopbackCopied.TryCopy(target, (ulong)offset, source, length, isRead: false)
                ? CompletionStatus.Success
                : CompletionStatus.RemoteOperationError;
        }

        CopyKernel.Copy(target->Address + offset, source, length);
        return Volatile.Read(ref *target->EpochWord) == target->Epoch ? CompletionStatus.Success : CompletionStatus.RemoteOperationError;
    }

    private Outcome RejectTooLong(LoopbackSendLane lane, long position, uint slot, ReceiveOpcode opcode, out CompletionStatus status, out long length)
    {
        lane.Publish(lane.Next, position, slot, LaneEntry.Pack(0, CompletionStatus.LocalLengthError, CompletionFlags.None), 0, opcode, isInline: false);
        status = CompletionStatus.RemoteResponseLengthError;
        length = 0;
        return Done(ref length, status);
    }

    private LoopbackSendLane? TryOpenLane(ulong token, out CompletionStatus status)
    {
        LoopbackTargetJetty? target = _context.FindTarget(token);
        if (target is null || (_bound is not null && _bound != target))
        {
            status = CompletionStatus.RemoteOperationError;
            return null;
        }

        try
        {
            status = CompletionStatus.Success;
            return AddLane(target);
        }
        catch (UrmaException error)
        {
            status = error.Status == UrmaStatus.TimedOut || !target.Peer.IsAlive ? CompletionStatus.AckTimeout : CompletionStatus.RemoteOperationError;
            return null;
        }
        catch (ObjectDisposedException)
        {
            status = CompletionStatus.RemoteOperationError;
            return null;
        }
    }

    private static long TotalLength(ReceiveDescriptor* descriptors, int count)
    {
        long total = 0;
        for (int i = 0; i < count; i++)
        {
            total += descriptors[i].Length;
        }

        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static CompletionFlags FlagsOf(WorkRequestFlags flags, bool hasImmediate) =>
        ((flags & WorkRequestFlags.Solicited) != 0 ? CompletionFlags.Solicited : CompletionFlags.None)
        | (hasImmediate ? CompletionFlags.Immediate : CompletionFlags.None);
}
