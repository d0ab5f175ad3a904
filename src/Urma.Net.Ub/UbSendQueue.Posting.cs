using System.Numerics;
using System.Runtime.CompilerServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <content>From work requests to the library's form of them, one call for up to sixteen.</content>
internal sealed unsafe partial class UbSendQueue
{
    // Beside the statuses with which a request may end at once.
    private const int NotByDevice = -1;

    public UrmaStatus Post(ReadOnlySpan<WorkRequest> requests, ReadOnlySpan<SegmentRange> gather, out int posted)
    {
        posted = 0;
        if (_isClosed || _inError)
        {
            return UrmaStatus.Failed;
        }

        Volatile.Write(ref _activity, (_activity + 1) | 1);
        Counters.BeginPost(requests.Length);
        UrmaStatus result = UrmaStatus.Success;
        while (posted < requests.Length && result == UrmaStatus.Success)
        {
            int count = Build(requests[posted..], gather, out int refused, out UrmaStatus status);
            int taken = count == 0 ? 0 : Submit(count, out result);
            Book(requests.Slice(posted, taken));
            posted += taken;
            if (result == UrmaStatus.Success)
            {
                result = status;
                if (refused != 0 && !TryEndHere(requests[posted], refused))
                {
                    result = UrmaStatus.TryAgain;
                }
                else if (refused != 0)
                {
                    posted++;
                }
            }
        }

        Volatile.Write(ref _activity, (_activity + 1) & ~1u);
        return result;
    }

    // A request that the device does not see ends here, behind those it followed. It takes a place of the queue like any other.
    private bool TryEndHere(in WorkRequest request, int refused)
    {
        if (Outstanding >= Depth)
        {
            return false;
        }

        CompletionStatus status = refused != NotByDevice ? (CompletionStatus)refused : Emulate(in request);
        if (status != CompletionStatus.Success || (request.Flags & WorkRequestFlags.Signaled) != 0)
        {
            // Made when it is needed the first time: most queues never refuse anything.
            EndedRequest[] ended = _ended ??= new EndedRequest[BitOperations.RoundUpToPowerOf2((uint)Depth)];
            ended[_endedTail & (ended.Length - 1)] = new EndedRequest { Behind = _posted, Completion = Ended(request, status) };
            Volatile.Write(ref _endedTail, _endedTail + 1);
            Volatile.Write(ref _posted, _posted + 1);
            Counters.SeePosted(_posted);
            _jfc.TellEnded();
        }

        return true;
    }

    private CompletionStatus Emulate(in WorkRequest request)
    {
        Counters.Count(in request, number: 0, completed: 0);
        try
        {
            return _context.Objects.GetEmulated().Execute(in request, request.Local.Length);
        }
        catch (UrmaException error)
        {
            System.Diagnostics.Trace.TraceError($"An atomic could not be emulated: {error.Message}");
            return CompletionStatus.LocalOperationError;
        }
    }

    private int Submit(int count, out UrmaStatus result)
    {
        urma_jfs_wr_t* first = _scratch.Request(0);
        urma_jfs_wr_t* bad = null;
        int code = _jetty != null
            ? (int)Liburma.urma_post_jetty_send_wr(_jetty, first, &bad)
            : (int)Liburma.urma_post_jfs_wr(_jfs, first, &bad);
        return PostAnswer.Taken(code, bad == null ? -1 : bad - first, count, out result);
    }

    // Stops at a request that cannot be posted: malformed, or one whose target is known to be gone, which ends with a completion.
    private int Build(ReadOnlySpan<WorkRequest> requests, ReadOnlySpan<SegmentRange> gather, out int refused, out UrmaStatus status)
    {
        refused = 0;
        status = UrmaStatus.Success;
        int count = 0;
        int most = Math.Min(requests.Length, SendScratch.Requests);
        while (count < most)
        {
            status = Translate(in requests[count], gather, count, out refused);
            if (status != UrmaStatus.Success || refused != 0)
            {
                break;
            }

            if (count != 0)
            {
                _scratch.Request(count - 1)->next = _scratch.Request(count);
            }

            count++;
        }

        return count;
    }

    private UrmaStatus Translate(in WorkRequest request, ReadOnlySpan<SegmentRange> gather, int index, out int refused)
    {
        refused = 0;
        urma_jfs_wr_t* work = _scratch.Request(index);
        urma_sge_t* local = _scratch.Local(index);
        work->opcode = (urma_opcode_t)request.Opcode;
        work->flag.value = (uint)request.Flags;
        work->user_ctx = request.UserContext;
        work->tjetty = _bound;
        work->next = null;
        int pieces = TranslateLocal(request, gather, local, out ulong length);
        if (pieces < 0)
        {
            return UrmaStatus.InvalidArgument;
        }

        if (request.Target != 0)
        {
            HandleTable.Entry* target = _context.Targets.Find(request.Target);
            if (target == null)
            {
                refused = (int)CompletionStatus.RemoteOperationError;
                return UrmaStatus.Success;
            }

            if (Mode == TransportMode.ReliableConnection && request.Target != _boundTarget)
            {
                return UrmaStatus.InvalidArgument;
            }

            if (_bound == null)
            {
                work->tjetty = (urma_target_jetty_t*)target->Handle;
            }
        }

        switch (request.Opcode)
        {
            case Opcode.Send or Opcode.SendImmediate:
                work->send = new urma_send_wr_t { src = new urma_sg_t { sge = local, num_sge = (uint)pieces }, imm_data = request.Operand };
                return request.Target != 0 || _bound != null ? UrmaStatus.Success : UrmaStatus.InvalidArgument;
            case Opcode.Nop:
                work->rw = default;
                return UrmaStatus.Success;
            default:
                return TranslateRemote(in request, index, pieces, length, out refused);
        }
    }

    private UrmaStatus TranslateRemote(in WorkRequest request, int index, int pieces, ulong length, out int refused)
    {
        refused = 0;
        urma_jfs_wr_t* work = _scratch.Request(index);
        urma_sge_t* local = _scratch.Local(index);
        urma_sge_t* remote = _scratch.Remote(index);
        if (!TryPlace(request.Remote, (uint)length, remote, work))
        {
            refused = (int)CompletionStatus.RemoteAccessAbort;
            return UrmaStatus.Success;
        }

        if (request.Opcode is >= Opcode.CompareSwap and <= Opcode.FetchXor && !AtomicWork.Has(_atomicFeatures, request.Opcode))
        {
            return TranslateMissing(in request, index, length, out refused);
        }

        var here = new urma_sg_t { sge = local, num_sge = (uint)pieces };
        var there = new urma_sg_t { sge = remote, num_sge = 1 };
        switch (request.Opcode)
        {
            case Opcode.Write:
                work->rw = new urma_rw_wr_t { src = here, dst = there };
                return UrmaStatus.Success;
            case Opcode.Read:
                work->rw = new urma_rw_wr_t { src = there, dst = here };
                return UrmaStatus.Success;
            case Opcode.WriteImmediate:
                work->rw = new urma_rw_wr_t { src = here, dst = there, notify_data = request.Operand };
                return request.Target != 0 || _bound != null ? UrmaStatus.Success : UrmaStatus.InvalidArgument;
            case Opcode.WriteNotify:
                if (!TryPlace(request.Extra, sizeof(ulong), remote + 1, work))
                {
                    refused = (int)CompletionStatus.RemoteAccessAbort;
                    return UrmaStatus.Success;
                }

                there.num_sge = 2;
                work->rw = new urma_rw_wr_t { src = here, dst = there, notify_data = request.Operand };
                return UrmaStatus.Success;
            case Opcode.CompareSwap:
                work->cas = new urma_cas_wr_t { dst = remote, src = local, cmp_data = request.Operand, swap_data = request.Extra.Offset };
                return UrmaStatus.Success;
            case Opcode.Swap:
                work->cas = new urma_cas_wr_t { dst = remote, src = local, swap_data = request.Operand };
                return UrmaStatus.Success;
            default:
                work->faa = new urma_faa_wr_t { dst = remote, src = local, operand = request.Operand };
                return UrmaStatus.Success;
        }
    }

    private UrmaStatus TranslateMissing(in WorkRequest request, int index, ulong length, out int refused)
    {
        refused = 0;
        bool isBuffer = request.GatherCount == 0 && request.Local.Token != 0 && (request.Flags & WorkRequestFlags.Inline) == 0;
        if (!isBuffer || length is not (sizeof(uint) or sizeof(ulong)) || !AtomicWork.Has(_atomicFeatures, Opcode.CompareSwap))
        {
            return UrmaStatus.InvalidArgument;
        }

        if (request.Opcode == Opcode.FetchSub && AtomicWork.Has(_atomicFeatures, Opcode.FetchAdd))
        {
            urma_jfs_wr_t* work = _scratch.Request(index);
            work->opcode = urma_opcode_t.URMA_OPC_FADD;
            work->faa = new urma_faa_wr_t { dst = _scratch.Remote(index), src = _scratch.Local(index), operand = 0 - request.Operand };
            return UrmaStatus.Success;
        }

        refused = NotByDevice;
        return UrmaStatus.Success;
    }

    // A negative number where an element is not ours to use, or too much.
    private int TranslateLocal(in WorkRequest request, ReadOnlySpan<SegmentRange> gather, urma_sge_t* local, out ulong length)
    {
        length = 0;
        bool isInline = (request.Flags & WorkRequestFlags.Inline) != 0;
        if (request.GatherCount == 0)
        {
            return request.Opcode == Opcode.Nop ? 0 : TryElement(request.Local, isInline, local, ref length) ? 1 : -1;
        }

        if (request.GatherCount > _maxSge || request.GatherStart < 0 || request.GatherStart > gather.Length - request.GatherCount)
        {
            return -1;
        }

        for (int i = 0; i < request.GatherCount; i++)
        {
            if (!TryElement(gather[request.GatherStart + i], isInline, local + i, ref length))
            {
                return -1;
            }
        }

        return request.GatherCount;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryElement(in SegmentRange range, bool isInline, urma_sge_t* element, ref ulong length)
    {
        length += (ulong)range.Length;
        if ((ulong)range.Length > (ulong)_maxLength || length > (ulong)_maxLength || (isInline && length > (ulong)_maxInline))
        {
            return false;
        }

        element->addr = (ulong)range.Address;
        element->len = (uint)range.Length;
        element->user_tseg = null;
        element->tseg = null;
        if (range.Token == 0)
        {
            return isInline;
        }

        HandleTable.Entry* entry = _context.LocalSegments.Find(range.Token);
        if (entry == null)
        {
            return false;
        }

        ulong offset = (ulong)range.Address - entry->Start;
        element->tseg = (urma_target_seg_t*)entry->Handle;
        return offset <= (ulong)entry->Length && (ulong)range.Length <= (ulong)entry->Length - offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryPlace(in RemoteAddress address, uint length, urma_sge_t* element, urma_jfs_wr_t* work)
    {
        HandleTable.Entry* entry = _context.RemoteSegments.Find(address.Token);
        if (entry == null || address.Offset > (ulong)entry->Length || length > (ulong)entry->Length - address.Offset)
        {
            return false;
        }

        element->addr = entry->Start + address.Offset;
        element->len = length;
        element->tseg = (urma_target_seg_t*)entry->Handle;
        element->user_tseg = null;
        if (work->tjetty == null)
        {
            work->tjetty = (urma_target_jetty_t*)entry->Route;
        }

        // A driver of hardware asks the target jetty for the way; the software device needs none.
        return work->tjetty != null || _context.NeedsNoRoute;
    }

    private void Book(ReadOnlySpan<WorkRequest> posted)
    {
        int reported = 0;
        foreach (ref readonly WorkRequest request in posted)
        {
            bool isReported = (request.Flags & WorkRequestFlags.Signaled) != 0;
            reported += isReported ? 1 : 0;
            Counters.Count(in request, isReported ? _posted + reported : 0, Volatile.Read(ref _completed));
        }

        _hasUnsignaled |= reported != posted.Length;
        Volatile.Write(ref _posted, _posted + reported);
        Counters.SeePosted(_posted);
    }

    private ReceiveCompletion Ended(in WorkRequest request, CompletionStatus status)
    {
        bool isSuccess = status == CompletionStatus.Success;
        if (!isSuccess)
        {
            Counters.CountError();
        }

        CompletionFlags flags = _jetty != null ? CompletionFlags.Jetty : CompletionFlags.None;
        return new ReceiveCompletion(new Completion(request.UserContext, isSuccess ? request.Local.Length : 0, status, flags), 0, 0, 0, ReceiveOpcode.Send);
    }
}
