using System.Runtime.CompilerServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <content>What becomes of requests. Under the JFC's gate.</content>
internal sealed unsafe partial class Lane
{
    /// <summary>Ends the request at the head, where a completion is its and nothing is special about it: the common case.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryCompleteHead(ulong id, out Completion completion)
    {
        LaneSlot* slot = _memory.Slot(_head);
        if (WorkId.Position(id) != (uint)_head || !WorkId.IsOfEpoch(id, _epoch) || !slot->IsReported
            || slot->Kind != SlotKind.Device || Volatile.Read(ref _endedSlots) != 0)
        {
            completion = default;
            return false;
        }

        completion = new Completion(slot->UserContext, slot->Length, CompletionStatus.Success, _queue.CompletionFlags);
        Volatile.Write(ref _head, _head + 1);
        _queue.Complete(isSuccess: true);
        return true;
    }

    /// <summary>Ends what a completion of the device's ends, and hands it to the JFC.</summary>
    public void Complete(ulong id, ibv_wc_status status)
    {
        if (!WorkId.IsOfEpoch(id, _epoch))
        {
            return;
        }

        long position = _head + (int)(WorkId.Position(id) - (uint)_head);
        if (status == ibv_wc_status.IBV_WC_SUCCESS)
        {
            RetireThrough(position, CompletionStatus.Success);
            if (position == _probedAt)
            {
                _probedAt = -1;
            }
        }
        else
        {
            Fail(position, status);
        }

        RetireEnded();
    }

    /// <summary>Ends what waits at the head and will not be carried out.</summary>
    public void RetireEnded()
    {
        while (_head < Volatile.Read(ref _tail))
        {
            LaneSlot* slot = _memory.Slot(_head);
            if (slot->Kind == SlotKind.Ended)
            {
                Retire(slot, slot->Status);
            }
            else if (_state is LaneState.Lost or LaneState.Ended && _isDrained)
            {
                Retire(slot, _endStatus);
            }
            else
            {
                return;
            }
        }
    }

    // Requests up to there that the device had end with the status; what was refused before has its own.
    private void RetireThrough(long position, CompletionStatus status)
    {
        while (_head <= position && _head < Volatile.Read(ref _tail))
        {
            LaneSlot* slot = _memory.Slot(_head);
            Retire(slot, slot->Kind == SlotKind.Device ? status : slot->Status);
        }
    }

    private void Fail(long position, ibv_wc_status status)
    {
        _gate.Enter();
        bool isFirst = _state == LaneState.Ready;
        if (isFirst)
        {
            // Who posts looks at the state without the gate, and then at this.
            _endStatus = EndStatusAfter(position, status);
            _state = Target.IsRaw ? LaneState.Ended : LaneState.Broken;
            PostLast();
        }

        _gate.Exit();
        if (isFirst)
        {
            Target.OnFailed(status);
        }

        bool isFirstOfPair = !_hasFailed;
        _hasFailed = true;
        bool isFlush = status == ibv_wc_status.IBV_WC_WR_FLUSH_ERR;
        bool ends = !isFlush || _endStatus != CompletionStatus.Success;
        if (isFirstOfPair)
        {
            // Those before it that nobody is told of have succeeded.
            RetireThrough(position - 1, CompletionStatus.Success);
        }
        else if (ends)
        {
            // Those before it came back flushed, too, when it was not yet known that they would not be given to the device again.
            RetireThrough(position - 1, EndedStatus);
        }

        if (position >= _head && ends)
        {
            if (position < Volatile.Read(ref _tail))
            {
                LaneSlot* slot = _memory.Slot(position);
                Retire(slot, isFlush ? _endStatus : WorkStatus.Of(status, slot->Opcode));
            }
        }

        if (position >= Volatile.Read(ref _native))
        {
            _isDrained = true;
            BeginReconnecting();
        }
    }

    // What becomes of what is behind a failed request: given to the device again (Success), or ended, where it may have been carried out.
    private CompletionStatus EndStatusAfter(long position, ibv_wc_status status)
    {
        if (status == ibv_wc_status.IBV_WC_RETRY_EXC_ERR)
        {
            return CompletionStatus.AckTimeout;
        }

        if (Target.IsRaw)
        {
            return CompletionStatus.WorkRequestFlushed;
        }

        // An answer found no place to go: the peer has long gone on to the next requests.
        bool isLocal = status is ibv_wc_status.IBV_WC_LOC_PROT_ERR or ibv_wc_status.IBV_WC_LOC_ACCESS_ERR or ibv_wc_status.IBV_WC_LOC_QP_OP_ERR
            or ibv_wc_status.IBV_WC_LOC_LEN_ERR or ibv_wc_status.IBV_WC_BAD_RESP_ERR;
        return isLocal && position >= _head && position < Volatile.Read(ref _tail) && _memory.Slot(position)->Opcode is >= Opcode.Read and <= Opcode.FetchXor
            ? CompletionStatus.WorkRequestFlushed
            : CompletionStatus.Success;
    }

    // Of requests that were given up behind another that failed.
    private CompletionStatus EndedStatus => _endStatus == CompletionStatus.Success ? CompletionStatus.WorkRequestFlushed : _endStatus;

    private void Retire(LaneSlot* slot, CompletionStatus status)
    {
        if (slot->Kind == SlotKind.Ended)
        {
            Interlocked.Decrement(ref _endedSlots);
        }

        bool isSuccess = status == CompletionStatus.Success;
        bool isReported = !isSuccess || slot->IsReported;
        Volatile.Write(ref _failures, _failures + (isSuccess ? 0 : 1));
        var completion = new Completion(slot->UserContext, isSuccess ? slot->Length : 0, status, _queue.CompletionFlags);
        Volatile.Write(ref _head, _head + 1);
        _jfc.End(_queue, in completion, isReported);
    }
}
