using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Urma.Net.Providers.Loopback;

/// <summary>Runs of short messages to one target, whether they are being posted or were kept.</summary>
internal sealed unsafe partial class LoopbackSendQueue
{
    /// <summary>
    /// Executes the short messages to one target that the requests begin with: all claims first, then all entries.
    /// </summary>
    /// <returns>How many were executed; what follows, or everything where this is 0, is for the general way.</returns>
    private int ExecuteSendRun<TRun>(TRun requests)
        where TRun : struct, IRequestRun, allows ref struct
    {
        if (_onFailure == QueueFailure.End)
        {
            // The first failure ends the queue: nothing behind it may be carried out, and what a run has claimed cannot be given back.
            return 0;
        }

        ulong target = requests.Request(0).Target;
        LoopbackSendLane? lane = FindLane(target);
        if (lane is null || !lane.IsUsable)
        {
            return 0;
        }

        int most = Math.Min(requests.Length, LoopbackSendLane.MaxRun);
        int count = 0;
        while (count < most && IsInlineSend(in requests.Request(count), target))
        {
            count++;
        }

        if (count < 2)
        {
            return 0;
        }

        long* positions = stackalloc long[LoopbackSendLane.MaxRun];
        count = lane.TryClaim(count, positions);
        for (int i = 0; i < count;)
        {
            int packed = TryPack(ref requests, lane, positions, i, count);
            if (packed != 0)
            {
                i += packed;
                continue;
            }

            ref readonly WorkRequest request = ref requests.Request(i);
            _ = DeliverInline(in request, lane, lane.Claimed + (i * lane.MaxScatter), positions[i], out CompletionStatus status, out long length);
            requests.Complete(i, status, length);
            i++;
        }

        return count;
    }

    // Puts messages together into one entry. A stream's speed is that of the cache lines that change sides.
    private int TryPack<TRun>(ref TRun requests, LoopbackSendLane lane, long* positions, int first, int count)
        where TRun : struct, IRequestRun, allows ref struct
    {
        WorkRequestFlags flags = requests.Request(first).Flags & WorkRequestFlags.Solicited;
        LaneEntry* entry = lane.Next;
        ulong lengths = 0, slots = 0;
        int room = LoopbackLayout.EntryInlineLength;
        int packed = 0;
        for (; packed < LaneEntry.MaxPacked && first + packed < count; packed++)
        {
            int i = first + packed;
            ref readonly WorkRequest request = ref requests.Request(i);
            ReceiveDescriptor* buffers = lane.Claimed + (i * lane.MaxScatter);
            int length = (int)request.Local.Length;
            if (length > room
                || length > buffers->Length
                || positions[i] != positions[first] + packed
                || (request.Flags & WorkRequestFlags.Solicited) != flags)
            {
                break;
            }

            CopyShort(entry->Payload + (LoopbackLayout.EntryInlineLength - room), (byte*)request.Local.Address, length);
            lengths |= (ulong)length << (8 * packed);
            slots |= (ulong)buffers->Slot << (16 * packed);
            room -= length;
        }

        if (packed < 2)
        {
            return 0;
        }

        lane.PublishPacked(entry, positions[first], packed, lengths, slots, FlagsOf(flags, false));
        _counters->CountSends(packed, LoopbackLayout.EntryInlineLength - room);
        for (int i = first; i < first + packed; i++)
        {
            requests.Complete(i, CompletionStatus.Success, requests.Request(i).Local.Length);
        }

        return packed;
    }

    private bool IsInlineSend(in WorkRequest request, ulong target) =>
        request.Opcode == Opcode.Send
        && request.GatherCount == 0
        && request.Target == target
        && (ulong)request.Local.Length <= LoopbackLayout.EntryInlineLength
        && request.Local.Length < _engineThreshold
        && (request.Local.Length == 0 || IsLocalAllowed(in request));

    /// <summary>Requests in the order in which they were posted.</summary>
    private interface IRequestRun
    {
        int Length { get; }

        [UnscopedRef]
        ref readonly WorkRequest Request(int index);

        /// <summary>Called once for each request executed, in order.</summary>
        void Complete(int index, CompletionStatus status, long length);
    }

    /// <summary>Requests in the caller's memory.</summary>
    private readonly ref struct PostedRun(LoopbackSendQueue queue, ReadOnlySpan<WorkRequest> requests) : IRequestRun
    {
        private readonly ReadOnlySpan<WorkRequest> _requests = requests;

        public int Length => _requests.Length;

        [UnscopedRef]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ref readonly WorkRequest Request(int index) => ref _requests[index];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Complete(int index, CompletionStatus status, long length)
        {
            ref readonly WorkRequest request = ref _requests[index];
            if (status != CompletionStatus.Success)
            {
                queue.Settle(ref status);
            }

            if (status != CompletionStatus.Success || (request.Flags & WorkRequestFlags.Signaled) != 0)
            {
                queue._ring.Push(request.UserContext, length, status, queue._flags, (byte)request.Opcode);
            }
        }
    }

    /// <summary>The first requests of the backlog; completing one takes it out.</summary>
    private readonly struct KeptRun(LoopbackSendQueue queue, int length) : IRequestRun
    {
        private readonly uint _head = queue._pendingHead;

        public int Length => length;

        [UnscopedRef]
        public ref readonly WorkRequest Request(int index) => ref At(index).Request;

        public void Complete(int index, CompletionStatus status, long length)
        {
            if (status != CompletionStatus.Success)
            {
                queue.Settle(ref status);
            }

            queue.Retire(ref At(index), status, length);
        }

        private ref PendingWork At(int index) => ref queue._pending[(_head + (uint)index) & (uint)(queue.Depth - 1)];
    }
}
