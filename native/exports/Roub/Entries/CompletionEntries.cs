using System.Runtime.InteropServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>Completion queues and channels.</summary>
internal static unsafe class CompletionEntries
{
    [UnmanagedCallersOnly(EntryPoint = "roub_create_comp_channel")]
    public static ibv_comp_channel* CreateCompChannel(ibv_context* context)
    {
        try
        {
            return RoubContext.Find(context) is { } owner ? new RoubChannel(owner).Block : (ibv_comp_channel*)Answer.Null(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return (ibv_comp_channel*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_destroy_comp_channel")]
    public static int DestroyCompChannel(ibv_comp_channel* channel)
    {
        try
        {
            return Find.Channel(channel)?.Close() ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_create_cq")]
    public static ibv_cq* CreateCq(ibv_context* context, int cqe, void* cq_context, ibv_comp_channel* channel, int comp_vector)
    {
        try
        {
            if (RoubContext.Find(context) is not { } owner || comp_vector < 0 || comp_vector >= context->num_comp_vectors)
            {
                return (ibv_cq*)Answer.Null(Errno.EINVAL);
            }

            RoubChannel? found = Find.Channel(channel);
            if (channel != null)
            {
                owner.Require(found, found?.Context, "completion channel");
            }

            return new RoubCq(owner, cqe, cq_context, found).Block;
        }
        catch (Exception error)
        {
            return (ibv_cq*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_resize_cq")]
    public static int ResizeCq(ibv_cq* cq, int cqe)
    {
        try
        {
            return Find.Cq(cq)?.Resize(cqe) ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_destroy_cq")]
    public static int DestroyCq(ibv_cq* cq)
    {
        try
        {
            return Find.Cq(cq)?.Close() ?? Answer.Code(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_get_cq_event")]
    public static int GetCqEvent(ibv_comp_channel* channel, ibv_cq** cq, void** cq_context)
    {
        try
        {
            return Find.Channel(channel)?.Take(cq, cq_context) ?? Answer.Negative(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_ack_cq_events")]
    public static void AckCqEvents(ibv_cq* cq, uint nevents)
    {
        try
        {
            cq->comp_events_completed += nevents;
            Find.Cq(cq)?.Events.Acknowledge(nevents);
        }
        catch (Exception error)
        {
            _ = Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_poll_cq")]
    public static int PollCq(ibv_cq* cq, int count, ibv_wc* wc)
    {
        try
        {
            return Find.Cq(cq) is { } owner && count >= 0 ? owner.Poll(count, wc) : Answer.Negative(Errno.EINVAL);
        }
        catch (Exception error)
        {
            Find.Cq(cq)?.Abandon();
            return Answer.Negative(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_req_notify_cq")]
    public static int ReqNotifyCq(ibv_cq* cq, int solicited_only)
    {
        try
        {
            if (Find.Cq(cq) is not { } owner)
            {
                return Answer.Code(Errno.EINVAL);
            }

            owner.Arm(solicited_only != 0);
            return 0;
        }
        catch (Exception error)
        {
            Find.Cq(cq)?.Abandon();
            return Answer.Code(error);
        }
    }
}
