using System.Runtime.CompilerServices;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports.Roub;

/// <summary>From C's list of requests to the engine's.</summary>
internal sealed unsafe partial class RoubQp
{
    private const int MaxList = 16;

    // Of one request, with the header of a datagram; a list is posted in several goes where the rest of the room might not do for the next one.
    private const int MaxPieces = 33;
    private const int RoomForPieces = 4 * MaxPieces;

    // Datagrams carry at most what the greatest MTU has room for.
    private const long MaxDatagram = 4096;
    private const long StrictMaxSend = 64 << 10;

    private BiasedLock _lock;

    /// <summary>Posts a list.</summary>
    /// <param name="request">The first.</param>
    /// <param name="bad">The first that was not taken.</param>
    /// <returns>0, EINVAL, ENOMEM, or EIO.</returns>
    public int Post(ibv_send_wr* request, ibv_send_wr** bad)
    {
        bool privileged = _lock.Enter();
        int status = _state == ibv_qp_state.IBV_QPS_RTS ? PostNow(request, bad) : PostUnready(request, bad);
        _lock.Exit(privileged);
        return status;
    }

    /// <summary>Lets others post after an exception threw the calling thread out of <see cref="Post(ibv_send_wr*, ibv_send_wr**)"/>.</summary>
    public void Abandon() => _lock.Abandon();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int PostNow(ibv_send_wr* request, ibv_send_wr** bad) =>
        request->next == null && request->num_sge <= 1 && !IsDatagram ? PostOne(request, bad) : PostList(request, bad);

    private int PostOne(ibv_send_wr* request, ibv_send_wr** bad)
    {
        Unsafe.SkipInit(out WorkRequest one);
        int used = 0;
        if (!TryTranslate(request, ref one, default, ref used))
        {
            *bad = request;
            return Errno.EINVAL;
        }

        UrmaStatus status = _queue.Post(new ReadOnlySpan<WorkRequest>(in one), default, out _);
        return status == UrmaStatus.Success ? 0 : Refuse(status, request, bad);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PostList(ibv_send_wr* request, ibv_send_wr** bad)
    {
        Span<WorkRequest> requests = stackalloc WorkRequest[MaxList];
        Span<SegmentRange> pieces = stackalloc SegmentRange[RoomForPieces];
        do
        {
            ibv_send_wr* first = request;
            int count = 0;
            int used = 0;
            bool isBad = false;
            while (request != null && count < MaxList && used <= RoomForPieces - MaxPieces)
            {
                if (!TryTranslate(request, ref requests[count], pieces, ref used))
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
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Refuse(UrmaStatus status, ibv_send_wr* request, ibv_send_wr** bad)
    {
        *bad = request;
        return status switch
        {
            UrmaStatus.TryAgain => Errno.ENOMEM,
            UrmaStatus.Failed => Errno.EIO,
            _ => Errno.EINVAL,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTranslate(ibv_send_wr* request, ref WorkRequest target, Span<SegmentRange> pieces, ref int used)
    {
        target = default;
        uint flags = request->send_flags;
        target.UserContext = request->wr_id;
        target.Flags = _signalsAll || (flags & (uint)ibv_send_flags.IBV_SEND_SIGNALED) != 0 ? WorkRequestFlags.Signaled : WorkRequestFlags.None;
        if ((flags & (uint)(ibv_send_flags.IBV_SEND_SOLICITED | ibv_send_flags.IBV_SEND_INLINE)) != 0)
        {
            target.Flags |= ((flags & (uint)ibv_send_flags.IBV_SEND_SOLICITED) != 0 ? WorkRequestFlags.Solicited : WorkRequestFlags.None)
                | ((flags & (uint)ibv_send_flags.IBV_SEND_INLINE) != 0 ? WorkRequestFlags.Inline : WorkRequestFlags.None);
        }

        if (IsDatagram || Settings.IsStrict)
        {
            return TryTranslateSpecial(request, ref target, pieces, ref used);
        }

        return request->opcode switch
        {
            ibv_wr_opcode.IBV_WR_SEND => TryLocal(request, ref target, pieces, ref used, isResult: false, out _) && Address(ref target, Opcode.Send),
            ibv_wr_opcode.IBV_WR_RDMA_WRITE => TryLocal(request, ref target, pieces, ref used, isResult: false, out long length)
                && Place(request, ref target, Opcode.Write, ibv_access_flags.IBV_ACCESS_REMOTE_WRITE, length),
            _ => TryTranslateOther(request, ref target, pieces, ref used),
        };
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTranslateOther(ibv_send_wr* request, ref WorkRequest target, Span<SegmentRange> pieces, ref int used)
    {
        target.Operand = request->imm_data;
        switch (request->opcode)
        {
            case ibv_wr_opcode.IBV_WR_SEND:
                return TryLocal(request, ref target, pieces, ref used, isResult: false, out _) && Address(ref target, Opcode.Send);
            case ibv_wr_opcode.IBV_WR_SEND_WITH_IMM:
                return TryLocal(request, ref target, pieces, ref used, isResult: false, out _) && Address(ref target, Opcode.SendImmediate);
            case ibv_wr_opcode.IBV_WR_RDMA_WRITE:
                return TryLocal(request, ref target, pieces, ref used, isResult: false, out long written)
                    && Place(request, ref target, Opcode.Write, ibv_access_flags.IBV_ACCESS_REMOTE_WRITE, written);
            case ibv_wr_opcode.IBV_WR_RDMA_WRITE_WITH_IMM:
                return TryLocal(request, ref target, pieces, ref used, isResult: false, out long length)
                    && Place(request, ref target, Opcode.WriteImmediate, ibv_access_flags.IBV_ACCESS_REMOTE_WRITE, length);
            case ibv_wr_opcode.IBV_WR_RDMA_READ when Type == ibv_qp_type.IBV_QPT_RC && (target.Flags & WorkRequestFlags.Inline) == 0:
                return TryLocal(request, ref target, pieces, ref used, isResult: true, out long read)
                    && Place(request, ref target, Opcode.Read, ibv_access_flags.IBV_ACCESS_REMOTE_READ, read);
            case ibv_wr_opcode.IBV_WR_ATOMIC_CMP_AND_SWP:
                target.Operand = request->wr.atomic.compare_add;
                target.Extra = new RemoteAddress(request->wr.atomic.swap, 0);
                return TryAtomic(request, ref target, Opcode.CompareSwap, ref used);
            case ibv_wr_opcode.IBV_WR_ATOMIC_FETCH_AND_ADD:
                target.Operand = request->wr.atomic.compare_add;
                return TryAtomic(request, ref target, Opcode.FetchAdd, ref used);
            default:
                return false;
        }
    }

    private bool TryAtomic(ibv_send_wr* request, ref WorkRequest target, Opcode opcode, ref int used) =>
        Type == ibv_qp_type.IBV_QPT_RC
        && request->num_sge == 1
        && (target.Flags & WorkRequestFlags.Inline) == 0
        && TryLocal(request, ref target, default, ref used, isResult: true, out long length)
        && length == sizeof(ulong)
        && Place(request, ref target, opcode, ibv_access_flags.IBV_ACCESS_REMOTE_ATOMIC, length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Address(ref WorkRequest target, Opcode opcode)
    {
        target.Opcode = opcode;
        if (!Unsafe.As<ConnectedWay>(_way).TryFindPeer(out target.Target))
        {
            target.Flags |= LoopbackSendQueue.LateBound;
        }

        return true;
    }

    // Always true, so that it ends a chain of conditions.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Place(ibv_send_wr* request, ref WorkRequest target, Opcode opcode, ibv_access_flags right, long length)
    {
        target.Opcode = opcode;
        bool isAtomic = right == ibv_access_flags.IBV_ACCESS_REMOTE_ATOMIC;
        uint key = isAtomic ? request->wr.atomic.rkey : request->wr.rdma.rkey;
        ulong address = isAtomic ? request->wr.atomic.remote_addr : request->wr.rdma.remote_addr;
        var way = Unsafe.As<ConnectedWay>(_way);
        if (length == 0)
        {
            // Nothing is read or written, so the place is not looked at; what is left of it is the connection, and the message.
            target.Opcode = opcode == Opcode.WriteImmediate ? opcode : Opcode.Nop;
            target.Remote = new RemoteAddress(0, LoopbackSendQueue.NoRemote);
            target.Flags |= way.TryFindPeer(out target.Target) ? WorkRequestFlags.None : LoopbackSendQueue.LateBound;
        }
        else if (way.TryFindPlace(key, address, right, out target.Remote))
        {
            if (opcode == Opcode.WriteImmediate)
            {
                _ = way.TryFindPeer(out target.Target);
            }
        }
        else
        {
            target.Remote = new RemoteAddress(address, key);
            target.Flags |= LoopbackSendQueue.LateBound;
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryLocal(ibv_send_wr* request, ref WorkRequest target, Span<SegmentRange> pieces, ref int used, bool isResult, out long length)
    {
        if (request->num_sge == 1)
        {
            ibv_sge* piece = request->sg_list;
            length = piece->length;
            bool isInline = (target.Flags & WorkRequestFlags.Inline) != 0;
            target.Local = isInline ? new SegmentRange((nint)piece->addr, length, 0) : _context.Keys.Range(piece, _domain.Number, isResult);
            return !isInline || length <= _limits.max_inline_data;
        }

        return TryLocalList(request, ref target, pieces, ref used, isResult, out length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryLocalList(ibv_send_wr* request, ref WorkRequest target, Span<SegmentRange> pieces, ref int used, bool isResult, out long length)
    {
        length = 0;
        if ((uint)request->num_sge > _limits.max_send_sge)
        {
            return false;
        }

        bool isInline = (target.Flags & WorkRequestFlags.Inline) != 0;
        int start = used;
        for (int i = 0; i < request->num_sge; i++)
        {
            ibv_sge* piece = request->sg_list + i;
            pieces[used++] = isInline ? new SegmentRange((nint)piece->addr, piece->length, 0) : _context.Keys.Range(piece, _domain.Number, isResult);
            length += piece->length;
        }

        target.GatherStart = start;
        target.GatherCount = (ushort)request->num_sge;
        return !isInline || length <= _limits.max_inline_data;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTranslateSpecial(ibv_send_wr* request, ref WorkRequest target, Span<SegmentRange> pieces, ref int used)
    {
        if (IsDatagram)
        {
            return TryTranslateDatagram(request, ref target, pieces, ref used);
        }

        // What RoUB on hardware has.
        if (request->opcode is not (ibv_wr_opcode.IBV_WR_SEND or ibv_wr_opcode.IBV_WR_RDMA_WRITE or ibv_wr_opcode.IBV_WR_RDMA_WRITE_WITH_IMM or ibv_wr_opcode.IBV_WR_RDMA_READ)
            || !TryTranslateOther(request, ref target, pieces, ref used))
        {
            return false;
        }

        long length = 0;
        for (int i = 0; i < request->num_sge; i++)
        {
            length += request->sg_list[i].length;
        }

        return length <= (request->opcode == ibv_wr_opcode.IBV_WR_SEND ? StrictMaxSend : RoubDevice.MaxMessage);
    }

    // The message is what the receiver finds in its buffer: the header of forty bytes, and the payload.
    private bool TryTranslateDatagram(ibv_send_wr* request, ref WorkRequest target, Span<SegmentRange> pieces, ref int used)
    {
        bool hasImmediate = request->opcode == ibv_wr_opcode.IBV_WR_SEND_WITH_IMM;
        if (!hasImmediate && request->opcode != ibv_wr_opcode.IBV_WR_SEND)
        {
            return false;
        }

        RoubAh? address = Find.Ah(request->wr.ud.ah);
        int header = used++;
        if (address is null || !TryLocalList(request, ref target, pieces, ref used, isResult: false, out long length) || length > MaxDatagram)
        {
            return false;
        }

        target.Opcode = hasImmediate ? Opcode.SendImmediate : Opcode.Send;
        target.Operand = request->imm_data;
        target.GatherStart = header;
        target.GatherCount++;
        pieces[header] = Headers.Write(address, (int)length);

        // A key with its highest bit set stands for that of the QP.
        uint queueKey = (int)request->wr.ud.remote_qkey < 0 ? _attributes.qkey : request->wr.ud.remote_qkey;
        uint number = address.IsReachable ? request->wr.ud.remote_qpn : 0;
        if (!Unsafe.As<DatagramWay>(_way).TryFind(number, queueKey, out target.Target))
        {
            target.Target = DatagramWay.NameOf(number, queueKey);
            target.Flags |= LoopbackSendQueue.LateBound;
        }

        return true;
    }
}
