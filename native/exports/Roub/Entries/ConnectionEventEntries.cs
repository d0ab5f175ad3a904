using System.Runtime.InteropServices;
using Urma.Net.Interop.Librdmacm;
using Verbs = Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>Event channels, and the devices that ids are on.</summary>
internal static unsafe class ConnectionEventEntries
{
    [UnmanagedCallersOnly(EntryPoint = "roub_cm_create_event_channel")]
    public static rdma_event_channel* CreateEventChannel()
    {
        try
        {
            return new CmChannel().Block;
        }
        catch (Exception error)
        {
            return (rdma_event_channel*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_destroy_event_channel")]
    public static void DestroyEventChannel(rdma_event_channel* channel)
    {
        try
        {
            Find.EventChannel(channel)?.Dispose();
        }
        catch (Exception error)
        {
            _ = Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_get_cm_event")]
    public static int GetCmEvent(rdma_event_channel* channel, rdma_cm_event** @event)
    {
        try
        {
            return Find.EventChannel(channel)?.Take(@event) ?? Answer.Negative(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_cm_ack_cm_event")]
    public static int AckCmEvent(rdma_cm_event* @event)
    {
        try
        {
            if (Find.ConnectionEvent(@event) is not { } found)
            {
                return Answer.Negative(Errno.EINVAL);
            }

            found.Acknowledge();
            return 0;
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }

    /// <param name="contexts">Room for the devices' contexts.</param>
    /// <param name="room">How many.</param>
    /// <returns>How many there are, or −1 with errno.</returns>
    [UnmanagedCallersOnly(EntryPoint = "roub_cm_devices")]
    public static int Devices(Verbs.ibv_context** contexts, int room)
    {
        try
        {
            RoubContext[] all = Manager.Contexts;
            for (int i = 0; i < Math.Min(all.Length, room); i++)
            {
                contexts[i] = all[i].Block;
            }

            return Math.Min(all.Length, room);
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }
}
