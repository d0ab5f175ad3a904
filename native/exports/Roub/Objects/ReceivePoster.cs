using System.Runtime.CompilerServices;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports.Roub;

/// <summary>From C's list of receives to the engine's. Thread-safe, because the engine's queue is.</summary>
internal sealed unsafe class ReceivePoster(RoubContext context, uint domain, int maxSge)
{
    private const int MaxList = 32;
    private const int MaxPieces = 8;

    private readonly KeyTable _keys = context.Keys;

    /// <summary>Posts a list.</summary>
    /// <param name="queue">Where to.</param>
    /// <param name="request">The first.</param>
    /// <param name="bad">The first that was not taken.</param>
    /// <returns>0, EINVAL, ENOMEM, or EIO where the queue is closed.</returns>
    public int Post(LoopbackJfr queue, ibv_recv_wr* request, ibv_recv_wr** bad) =>
        request->next == null && request->num_sge <= 1 ? PostOne(queue, request, bad) : PostList(queue, request, bad);

    private int PostOne(LoopbackJfr queue, ibv_recv_wr* request, ibv_recv_wr** bad)
    {
        if (request->num_sge < 0)
        {
            *bad = request;
            return Errno.EINVAL;
        }

        SegmentRange buffer = request->num_sge == 1 ? _keys.Range(request->sg_list, domain, written: true) : default;
        var one = new ReceiveRequest(buffer, request->wr_id);
        UrmaStatus status = queue.Post(in one);
        if (status != UrmaStatus.Success)
        {
            *bad = request;
        }

        return CodeOf(status);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PostList(LoopbackJfr queue, ibv_recv_wr* request, ibv_recv_wr** bad)
    {
        Span<ReceiveRequest> requests = stackalloc ReceiveRequest[MaxList];
        Span<SegmentRange> pieces = stackalloc SegmentRange[MaxList * MaxPieces];
        while (request != null)
        {
            ibv_recv_wr* first = request;
            int count = 0;
            int used = 0;
            while (request != null && count < MaxList && (uint)request->num_sge <= (uint)maxSge)
            {
                requests[count++] = Translate(request, pieces, ref used);
                request = request->next;
            }

            UrmaStatus status = queue.Post(requests[..count], pieces[..used], out int posted);
            if (status != UrmaStatus.Success || (request != null && count < MaxList))
            {
                while (posted-- > 0)
                {
                    first = first->next;
                }

                *bad = first;
                return status == UrmaStatus.Success ? Errno.EINVAL : CodeOf(status);
            }
        }

        return 0;
    }

    private ReceiveRequest Translate(ibv_recv_wr* request, Span<SegmentRange> pieces, ref int used)
    {
        if (request->num_sge <= 1)
        {
            return new ReceiveRequest(request->num_sge == 1 ? _keys.Range(request->sg_list, domain, written: true) : default, request->wr_id);
        }

        int start = used;
        for (int i = 0; i < request->num_sge; i++)
        {
            pieces[used++] = _keys.Range(request->sg_list + i, domain, written: true);
        }

        return ReceiveRequest.Scatter(start, request->num_sge, request->wr_id);
    }

    private static int CodeOf(UrmaStatus status) => status switch
    {
        UrmaStatus.Success => 0,
        UrmaStatus.TryAgain => Errno.ENOMEM,
        UrmaStatus.Failed => Errno.EIO,
        _ => Errno.EINVAL,
    };
}
