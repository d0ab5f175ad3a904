using System.Runtime.CompilerServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>From C's list of requests to the engine's.</summary>
internal sealed unsafe partial class SoftSendQueue
{
    private const int MaxList = 16;

    // Of one request; a list is posted in several goes where the rest of the room might not do for the next one.
    private const int MaxPieces = 64;
    private const int RoomForPieces = 2 * MaxPieces;
    private const uint FlagMask = 0x7f;

    /// <summary>Posts a list.</summary>
    /// <param name="request">The first.</param>
    /// <param name="bad">The first that was not taken.</param>
    public int Post(urma_jfs_wr_t* request, urma_jfs_wr_t** bad)
    {
        bool privileged = _lockFree || _lock.Enter();

        int status = request->next == null ? PostOne(request, bad) : PostList(request, bad);
        if (!_lockFree)
        {
            _lock.Exit(privileged);
        }

        if (_jfc.CanOverflow)
        {
            _jfc.CheckOverflow();
        }

        return status;
    }

    private int PostOne(urma_jfs_wr_t* request, urma_jfs_wr_t** bad)
    {
        Unsafe.SkipInit(out WorkRequest one);
        if (TryTranslateSimple(request, ref one))
        {
            UrmaStatus status = _queue.Post(new ReadOnlySpan<WorkRequest>(in one), default, out _);
            return status == UrmaStatus.Success ? URMA_SUCCESS : Refuse(status, request, bad);
        }

        return PostList(request, bad);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PostList(urma_jfs_wr_t* request, urma_jfs_wr_t** bad)
    {
        Span<WorkRequest> requests = stackalloc WorkRequest[MaxList];
        Span<SegmentRange> pieces = stackalloc SegmentRange[RoomForPieces];
        do
        {
            urma_jfs_wr_t* first = request;
            int count = 0;
            int used = 0;
            bool isBad = false;
            while (request != null && count < MaxList && used <= RoomForPieces - MaxPieces)
            {
                if (!TryTranslateSimple(request, ref requests[count]) && !TryTranslate(request, ref requests[count], pieces, ref used))
                {
                    isBad = true;
                    break;
                }

                count++;
                request = request->next;
            }

            UrmaStatus status = _queue.Post(requests[..count], pieces[..used], out int posted);
            if (status != UrmaStatus.Success || isBad)
            {
                for (int i = 0; i < posted; i++)
                {
                    first = first->next;
                }

                return Refuse(status, first, bad);
            }
        }
        while (request != null);
        return URMA_SUCCESS;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Refuse(UrmaStatus status, urma_jfs_wr_t* request, urma_jfs_wr_t** bad)
    {
        *bad = request;
        return status switch
        {
            UrmaStatus.TryAgain => URMA_ENOMEM,
            UrmaStatus.Failed => URMA_FAIL,
            _ => URMA_EINVAL,
        };
    }

    // What speed is measured on: one piece, to one place.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTranslateSimple(urma_jfs_wr_t* request, ref WorkRequest target)
    {
        target = default;
        target.Flags = (WorkRequestFlags)(request->flag.value & FlagMask);
        target.UserContext = request->user_ctx;
        if (request->opcode == urma_opcode_t.URMA_OPC_SEND)
        {
            return request->send.src.num_sge == 1
                && TryGather(request, request->send.src.sge, ref target)
                && TryTarget(request->tjetty, ref target);
        }

        if (request->opcode == urma_opcode_t.URMA_OPC_WRITE)
        {
            target.Opcode = Opcode.Write;
            return request->rw.src.num_sge == 1
                && request->rw.dst.num_sge == 1
                && CanReach
                && TryGather(request, request->rw.src.sge, ref target)
                && request->rw.dst.sge != null
                && Pieces.TryRemote(request->rw.dst.sge, out target.Remote);
        }

        return false;
    }

    // One-sided operations need a reliable way, and a connected queue its connection.
    private bool CanReach
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _mode == urma_transport_mode_t.URMA_TM_RM || (_mode == urma_transport_mode_t.URMA_TM_RC && _boundToken != 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryGather(urma_jfs_wr_t* request, urma_sge_t* piece, ref WorkRequest target) =>
        piece != null
        && ((target.Flags & WorkRequestFlags.Inline) == 0
            ? Pieces.TryLocal(piece, out target.Local)
            : piece->len <= _maxInline && Pieces.TryInline(piece, out target.Local));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTarget(urma_target_jetty_t* jetty, ref WorkRequest target)
    {
        if (_mode == urma_transport_mode_t.URMA_TM_RC)
        {
            target.Opcode = Opcode.Send;
            target.Target = _boundToken;
            return _boundToken != 0;
        }

        if (jetty == null || jetty->type == urma_target_type_t.URMA_JETTY_GROUP)
        {
            return false;
        }

        target.Opcode = Opcode.Send;
        target.Target = jetty->handle;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTranslate(urma_jfs_wr_t* request, ref WorkRequest target, Span<SegmentRange> pieces, ref int used)
    {
        target = default;
        target.Flags = (WorkRequestFlags)(request->flag.value & FlagMask);
        target.UserContext = request->user_ctx;
        target.Opcode = (Opcode)(byte)request->opcode;
        switch (request->opcode)
        {
            case urma_opcode_t.URMA_OPC_SEND:
                return TryList(request->send.src, ref target, pieces, ref used) && TryAnyTarget(request, request->send.target_hint, ref target);
            case urma_opcode_t.URMA_OPC_SEND_IMM:
                target.Operand = request->send.imm_data;
                return TryList(request->send.src, ref target, pieces, ref used) && TryAnyTarget(request, request->send.target_hint, ref target);
            case urma_opcode_t.URMA_OPC_WRITE:
                return CanReach && TryPlace(request->rw.dst, 1, ref target) && TryList(request->rw.src, ref target, pieces, ref used);
            case urma_opcode_t.URMA_OPC_WRITE_IMM:
                target.Operand = request->rw.notify_data;
                return CanReach
                    && TryPlace(request->rw.dst, 1, ref target)
                    && TryList(request->rw.src, ref target, pieces, ref used)
                    && TryAnyTarget(request, request->rw.target_hint, ref target);
            case urma_opcode_t.URMA_OPC_WRITE_NOTIFY:
                target.Operand = request->rw.notify_data;
                return CanReach
                    && TryPlace(request->rw.dst, 2, ref target)
                    && Pieces.TryRemote(request->rw.dst.sge + 1, out target.Extra)
                    && TryList(request->rw.src, ref target, pieces, ref used);
            case urma_opcode_t.URMA_OPC_READ:
                return CanReach
                    && (target.Flags & WorkRequestFlags.Inline) == 0
                    && TryPlace(request->rw.src, 1, ref target)
                    && TryList(request->rw.dst, ref target, pieces, ref used);
            case urma_opcode_t.URMA_OPC_CAS:
                target.Operand = request->cas.cmp_data;
                target.Extra = new RemoteAddress(request->cas.swap_data, 0);
                return TryAtomic(request->cas.dst, request->cas.src, ref target);
            case urma_opcode_t.URMA_OPC_SWAP:
                target.Operand = request->cas.swap_data;
                return TryAtomic(request->cas.dst, request->cas.src, ref target);
            case >= urma_opcode_t.URMA_OPC_FADD and <= urma_opcode_t.URMA_OPC_FXOR:
                target.Operand = request->faa.operand;
                return TryAtomic(request->faa.dst, request->faa.src, ref target);
            case urma_opcode_t.URMA_OPC_NOP:
                return true;
            default:
                return false;
        }
    }

    private bool TryAnyTarget(urma_jfs_wr_t* request, byte hint, ref WorkRequest target)
    {
        Opcode opcode = target.Opcode;
        bool found = request->tjetty != null && request->tjetty->type == urma_target_type_t.URMA_JETTY_GROUP
            && _mode != urma_transport_mode_t.URMA_TM_RC
                ? SoftTarget.TryPick(request->tjetty, hint, out target.Target)
                : TryTarget(request->tjetty, ref target);
        target.Opcode = opcode;
        return found;
    }

    private static bool TryPlace(in urma_sg_t list, uint count, ref WorkRequest target) =>
        list.num_sge == count && list.sge != null && Pieces.TryRemote(list.sge, out target.Remote);

    private bool TryAtomic(urma_sge_t* place, urma_sge_t* result, ref WorkRequest target) =>
        CanReach
        && (_atomics & (1u << (target.Opcode - Opcode.CompareSwap))) != 0
        && place != null
        && result != null
        && result->len is sizeof(uint) or sizeof(ulong)
        && place->len == result->len
        && Pieces.TryRemote(place, out target.Remote)
        && Pieces.TryLocal(result, out target.Local);

    private bool TryList(in urma_sg_t list, ref WorkRequest target, Span<SegmentRange> pieces, ref int used)
    {
        if (list.num_sge == 0)
        {
            return true;
        }

        if (list.sge == null || list.num_sge > _maxSge)
        {
            return false;
        }

        bool isInline = (target.Flags & WorkRequestFlags.Inline) != 0;
        ulong total = 0;
        int start = used;
        for (uint i = 0; i < list.num_sge; i++)
        {
            urma_sge_t* piece = list.sge + i;
            if (!(isInline ? Pieces.TryInline(piece, out pieces[used]) : Pieces.TryLocal(piece, out pieces[used])))
            {
                return false;
            }

            used++;
            total += piece->len;
        }

        if (isInline && total > _maxInline)
        {
            return false;
        }

        if (list.num_sge == 1)
        {
            target.Local = pieces[start];
            used = start;
        }
        else
        {
            target.GatherStart = start;
            target.GatherCount = (ushort)list.num_sge;
        }

        return true;
    }
}
