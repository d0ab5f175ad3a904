using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>Posting when the queue does not run, and lists that are posted whole or not at all.</summary>
internal sealed unsafe partial class RoubQp
{
    private readonly HeldRequests _held = new();

    /// <summary>Posts a list, or nothing of it.</summary>
    /// <returns>0, EINVAL, ENOMEM, or EIO.</returns>
    public int PostWhole(ibv_send_wr* request, ibv_send_wr** bad)
    {
        bool privileged = _lock.Enter();
        int status = Check(request, bad);
        if (status == 0)
        {
            status = _state == ibv_qp_state.IBV_QPS_RTS ? PostNow(request, bad) : PostUnready(request, bad);
        }

        _lock.Exit(privileged);
        return status;
    }

    // In the lock.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PostUnready(ibv_send_wr* request, ibv_send_wr** bad)
    {
        switch (_state)
        {
            case < ibv_qp_state.IBV_QPS_RTS:
                *bad = request;
                return Errno.EINVAL;
            case ibv_qp_state.IBV_QPS_SQD:
                return Hold(request, bad);
            default:
                return PostNow(request, bad);
        }
    }

    private int Hold(ibv_send_wr* request, ibv_send_wr** bad)
    {
        for (; request != null; request = request->next)
        {
            int status = HasRoom(1) ? (IsValid(request) ? 0 : Errno.EINVAL) : Errno.ENOMEM;
            if (status != 0)
            {
                *bad = request;
                return status;
            }

            _held.Add(request);
        }

        return 0;
    }

    private int Check(ibv_send_wr* request, ibv_send_wr** bad)
    {
        *bad = request;
        int count = 0;
        for (ibv_send_wr* one = request; one != null; one = one->next)
        {
            count++;
        }

        if (_state < ibv_qp_state.IBV_QPS_RTS)
        {
            return Errno.EINVAL;
        }

        if (!HasRoom(count))
        {
            return Errno.ENOMEM;
        }

        for (; request != null; request = request->next)
        {
            if (!IsValid(request))
            {
                *bad = request;
                return Errno.EINVAL;
            }
        }

        return 0;
    }

    private bool HasRoom(int count) => _queue.Outstanding + _held.Count + count <= _queue.Depth;

    // There is room for it, so the header that a datagram is given for this is nobody else's.
    private bool IsValid(ibv_send_wr* request)
    {
        Span<SegmentRange> pieces = stackalloc SegmentRange[MaxPieces];
        Unsafe.SkipInit(out WorkRequest translated);
        uint mark = _headers?.Mark ?? 0;
        int used = 0;
        bool isValid = TryTranslate(request, ref translated, pieces, ref used);
        if (_headers is { } headers)
        {
            headers.Mark = mark;
        }

        return isValid;
    }

    // In the lock, when the queue runs again.
    private void PostHeld()
    {
        while (_held.TryTake(out ibv_send_wr* request))
        {
            ibv_send_wr* bad;
            if (PostNow(request, &bad) != 0)
            {
                _sendCq.AddFlushed(request->wr_id, Number, ibv_wc_opcode.IBV_WC_SEND);
            }

            NativeMemory.Free(request);
        }
    }

    private void FlushHeld()
    {
        bool privileged = _lock.Enter();
        while (_held.TryTake(out ibv_send_wr* request))
        {
            _sendCq.AddFlushed(request->wr_id, Number, ibv_wc_opcode.IBV_WC_SEND);
            NativeMemory.Free(request);
        }

        _lock.Exit(privileged);
    }
}
