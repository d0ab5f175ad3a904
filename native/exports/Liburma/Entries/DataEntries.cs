using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>The data path: one managed call for each C call.</summary>
internal static unsafe class DataEntries
{
    [UnmanagedCallersOnly(EntryPoint = "urmasoft_post_jetty_send_wr")]
    public static int PostJettySendWr(urma_jetty_t* jetty, urma_jfs_wr_t* wr, urma_jfs_wr_t** bad_wr)
    {
        SoftSendQueue? queue = null;
        try
        {
            queue = Find.Jetty(jetty)?.Queue;
            return queue is not null && wr != null && bad_wr != null ? queue.Post(wr, bad_wr) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            queue?.Abandon();
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_post_jfs_wr")]
    public static int PostJfsWr(urma_jfs_t* jfs, urma_jfs_wr_t* wr, urma_jfs_wr_t** bad_wr)
    {
        SoftSendQueue? queue = null;
        try
        {
            queue = Find.Jfs(jfs)?.Queue;
            return queue is not null && wr != null && bad_wr != null ? queue.Post(wr, bad_wr) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            queue?.Abandon();
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_post_jetty_recv_wr")]
    public static int PostJettyRecvWr(urma_jetty_t* jetty, urma_jfr_wr_t* wr, urma_jfr_wr_t** bad_wr)
    {
        try
        {
            return Find.Jetty(jetty) is { } owner && wr != null && bad_wr != null ? owner.Receive.Post(wr, bad_wr) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_post_jfr_wr")]
    public static int PostJfrWr(urma_jfr_t* jfr, urma_jfr_wr_t* wr, urma_jfr_wr_t** bad_wr)
    {
        try
        {
            return Find.Jfr(jfr) is { } owner && wr != null && bad_wr != null ? owner.Post(wr, bad_wr) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_poll_jfc")]
    public static int PollJfc(urma_jfc_t* jfc, int cr_cnt, urma_cr_t* cr)
    {
        SoftJfc? owner = null;
        try
        {
            owner = Find.Jfc(jfc);
            return owner is not null && cr_cnt >= 0 && (cr != null || cr_cnt == 0) ? owner.Poll(cr_cnt, cr) : -1;
        }
        catch (Exception error)
        {
            owner?.Abandon();
            _ = Answer.Status(error);
            return -1;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_rearm_jfc")]
    public static int RearmJfc(urma_jfc_t* jfc, byte solicited_only)
    {
        SoftJfc? owner = null;
        try
        {
            owner = Find.Jfc(jfc);
            if (owner is null)
            {
                return URMA_EINVAL;
            }

            owner.Rearm(solicited_only != 0);
            return URMA_SUCCESS;
        }
        catch (Exception error)
        {
            owner?.Abandon();
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_wait_jfc")]
    public static int WaitJfc(urma_jfce_t* jfce, uint jfc_cnt, int time_out, urma_jfc_t** jfc)
    {
        try
        {
            return Find.Jfce(jfce) is { } owner && jfc_cnt != 0 && jfc != null ? owner.Wait(jfc_cnt, time_out, jfc) : Answer.Negative(URMA_EINVAL);
        }
        catch (Exception error)
        {
            _ = Answer.Status(error);
            return -1;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_ack_jfc")]
    public static void AckJfc(urma_jfc_t** jfc, uint* nevents, uint jfc_cnt)
    {
        try
        {
            for (uint i = 0; jfc != null && nevents != null && i < jfc_cnt; i++)
            {
                if (Find.Jfc(jfc[i]) is { } owner)
                {
                    owner.Block->comp_events_acked += nevents[i];
                }
            }
        }
        catch (Exception error)
        {
            _ = Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_get_async_event")]
    public static int GetAsyncEvent(urma_context_t* ctx, urma_async_event_t* @event)
    {
        try
        {
            return Find.Context(ctx) is { } context && @event != null ? context.TakeEvent(@event) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_ack_async_event")]
    public static void AckAsyncEvent(urma_async_event_t* @event)
    {
        try
        {
            if (@event != null)
            {
                SoftContext.Acknowledge(@event);
            }
        }
        catch (Exception error)
        {
            _ = Answer.Status(error);
        }
    }
}
