using System.Runtime.InteropServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>Devices and what they say of themselves.</summary>
internal static unsafe class DeviceEntries
{
    [UnmanagedCallersOnly(EntryPoint = "roub_devices")]
    public static int Devices(ibv_device** devices, int room)
    {
        try
        {
            RoubDevice[] all = Library.Devices;
            int count = Math.Min(all.Length, room);
            for (int i = 0; i < count; i++)
            {
                devices[i] = all[i].Block;
            }

            return count;
        }
        catch (Exception error)
        {
            _ = Answer.Code(error);
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_device_guid")]
    public static ulong DeviceGuid(ibv_device* device)
    {
        try
        {
            return Find.Device(device)?.Guid ?? 0;
        }
        catch (Exception error)
        {
            _ = Answer.Code(error);
            return 0;
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_open_device")]
    public static ibv_context* OpenDevice(ibv_device* device)
    {
        try
        {
            return Find.Device(device) is { } found ? new RoubContext(found).Block : (ibv_context*)Answer.Null(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return (ibv_context*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_close_device")]
    public static int CloseDevice(ibv_context* context)
    {
        try
        {
            return RoubContext.Find(context)?.Close() ?? Answer.Negative(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_query_device")]
    public static int QueryDevice(ibv_context* context, ibv_device_attr* attr)
    {
        try
        {
            if (RoubContext.Find(context) is not { } owner)
            {
                return Answer.Code(Errno.EINVAL);
            }

            owner.Device.Describe(attr);
            return 0;
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_query_device_ex")]
    public static int QueryDeviceEx(ibv_context* context, ibv_query_device_ex_input* input, ibv_device_attr_ex* attr, nuint size)
    {
        try
        {
            if (RoubContext.Find(context) is not { } owner || (input != null && input->comp_mask != 0) || size < (nuint)sizeof(ibv_device_attr))
            {
                return Answer.Code(Errno.EINVAL);
            }

            owner.Device.Describe(attr, size);
            return 0;
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_query_port")]
    public static int QueryPort(ibv_context* context, byte port, ibv_port_attr* attr)
    {
        try
        {
            // Programs that were compiled before there were flags have a shorter structure.
            return QueryPort(context, port, attr, (nuint)((byte*)&attr->flags - (byte*)attr));
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_query_port_ex")]
    public static int QueryPortEx(ibv_context* context, byte port, ibv_port_attr* attr, nuint size)
    {
        try
        {
            return QueryPort(context, port, attr, size);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_query_gid")]
    public static int QueryGid(ibv_context* context, byte port, int index, ibv_gid* gid)
    {
        try
        {
            if (RoubContext.Find(context) is not { } owner || !RoubDevice.IsEntry(port, index))
            {
                return Answer.Negative(Errno.EINVAL);
            }

            *gid = owner.Device.Gid;
            return 0;
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_query_gid_entry")]
    public static int QueryGidEntry(ibv_context* context, uint port, uint index, ibv_gid_entry* entry)
    {
        try
        {
            if (RoubContext.Find(context) is not { } owner || port != RoubDevice.Port)
            {
                return Errno.EINVAL;
            }

            if (!RoubDevice.IsEntry(port, index))
            {
                return Errno.ENOENT;
            }

            *entry = new ibv_gid_entry { gid = owner.Device.Gid, gid_index = index, port_num = port };
            return 0;
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_query_gid_type")]
    public static int QueryGidType(ibv_context* context, byte port, uint index, uint* type)
    {
        try
        {
            if (RoubContext.Find(context) is null || !RoubDevice.IsEntry(port, index))
            {
                return Answer.Negative(Errno.EINVAL);
            }

            *type = 0;
            return 0;
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_query_pkey")]
    public static int QueryPkey(ibv_context* context, byte port, int index, ushort* pkey)
    {
        try
        {
            if (RoubContext.Find(context) is null || !RoubDevice.IsEntry(port, index))
            {
                return Answer.Negative(Errno.EINVAL);
            }

            *pkey = RoubDevice.PartitionKey;
            return 0;
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_get_pkey_index")]
    public static int GetPkeyIndex(ibv_context* context, byte port, ushort pkey)
    {
        try
        {
            return RoubContext.Find(context) is not null && port == RoubDevice.Port && pkey == RoubDevice.PartitionKey ? 0 : Answer.Negative(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_ack_async_event")]
    public static void AckAsyncEvent(ibv_async_event* @event)
    {
        try
        {
            Acknowledgements? events = @event->event_type == ibv_event_type.IBV_EVENT_SRQ_LIMIT_REACHED
                ? Find.Srq(@event->element.srq)?.Events
                : Find.Qp(@event->element.qp)?.Events;
            events?.Acknowledge(1);
        }
        catch (Exception error)
        {
            _ = Answer.Code(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_get_async_event")]
    public static int GetAsyncEvent(ibv_context* context, ibv_async_event* @event)
    {
        try
        {
            return RoubContext.Find(context)?.Events.Take(@event) ?? Answer.Negative(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Answer.Negative(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "roub_query_rt_values")]
    public static int QueryRtValues(ibv_context* context, ibv_values_ex* values)
    {
        try
        {
            // There is no clock but the host's.
            values->comp_mask = 0;
            return Answer.Code(Errno.EOPNOTSUPP);
        }
        catch (Exception error)
        {
            return Answer.Code(error);
        }
    }

    private static int QueryPort(ibv_context* context, byte port, ibv_port_attr* attr, nuint size)
    {
        if (RoubContext.Find(context) is not { } owner || port != RoubDevice.Port)
        {
            return Answer.Code(Errno.EINVAL);
        }

        owner.Device.DescribePort(attr, size);
        return 0;
    }
}
