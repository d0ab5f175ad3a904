using System.Runtime.InteropServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>What was posted to a drained send queue (SQD), until it runs again: copies, because a program may use its own again at once.</summary>
/// <remarks>Used in the lock of those who post.</remarks>
internal sealed unsafe class HeldRequests
{
    private readonly Queue<nint> _requests = new();

    public int Count => _requests.Count;

    /// <summary>Copies a request, its elements and, where it is inline, its bytes.</summary>
    public void Add(ibv_send_wr* request)
    {
        bool isInline = (request->send_flags & (uint)ibv_send_flags.IBV_SEND_INLINE) != 0;
        int count = Math.Max(0, request->num_sge);
        nuint length = (nuint)(sizeof(ibv_send_wr) + (count * sizeof(ibv_sge)));
        nuint bytes = 0;
        for (int i = 0; isInline && i < count; i++)
        {
            bytes += request->sg_list[i].length;
        }

        var copy = (ibv_send_wr*)NativeMemory.Alloc(length + bytes);
        *copy = *request;
        copy->next = null;
        copy->sg_list = (ibv_sge*)(copy + 1);
        byte* target = (byte*)copy + length;
        for (int i = 0; i < count; i++)
        {
            ibv_sge piece = request->sg_list[i];
            if (isInline)
            {
                NativeMemory.Copy((void*)piece.addr, target, piece.length);
                piece.addr = (ulong)target;
                target += piece.length;
            }

            copy->sg_list[i] = piece;
        }

        _requests.Enqueue((nint)copy);
    }

    /// <summary>Takes the oldest; give it back with <see cref="NativeMemory.Free"/>.</summary>
    public bool TryTake(out ibv_send_wr* request)
    {
        bool found = _requests.TryDequeue(out nint oldest);
        request = (ibv_send_wr*)oldest;
        return found;
    }

    public void Drop()
    {
        while (TryTake(out ibv_send_wr* request))
        {
            NativeMemory.Free(request);
        }
    }
}
