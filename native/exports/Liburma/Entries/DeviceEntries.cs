using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>Library, devices and contexts.</summary>
internal static unsafe class DeviceEntries
{
    [UnmanagedCallersOnly(EntryPoint = "urmasoft_init")]
    public static int Init(urma_init_attr_t* conf)
    {
        try
        {
            return Library.Initialize(conf);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_uninit")]
    public static int Uninit()
    {
        try
        {
            return Library.Uninitialize();
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_get_device_list")]
    public static urma_device_t** GetDeviceList(int* num_devices)
    {
        try
        {
            if (num_devices == null)
            {
                return (urma_device_t**)Answer.Null(URMA_EINVAL);
            }

            SoftDevice[] devices = Library.Devices;
            *num_devices = devices.Length;
            if (devices.Length == 0)
            {
                return (urma_device_t**)Answer.Null(Errno.ENODEV);
            }

            var list = (urma_device_t**)NativeMemory.AllocZeroed((nuint)devices.Length + 1, (nuint)sizeof(nint));
            for (int i = 0; i < devices.Length; i++)
            {
                list[i] = devices[i].Block;
            }

            return list;
        }
        catch (Exception error)
        {
            return (urma_device_t**)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_get_eid_list")]
    public static urma_eid_info_t* GetEidList(urma_device_t* dev, uint* cnt)
    {
        try
        {
            if (Blocks.Find<SoftDevice, urma_device_t>(dev, BlockKind.Device) is not { } device || cnt == null)
            {
                return (urma_eid_info_t*)Answer.Null(URMA_EINVAL);
            }

            var list = (urma_eid_info_t*)NativeMemory.AllocZeroed((nuint)sizeof(urma_eid_info_t));
            list->eid = Ids.ToNative(device.Eid);
            *cnt = 1;
            return list;
        }
        catch (Exception error)
        {
            return (urma_eid_info_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_get_device_by_name")]
    public static urma_device_t* GetDeviceByName(byte* dev_name)
    {
        try
        {
            if (dev_name == null)
            {
                return (urma_device_t*)Answer.Null(URMA_EINVAL);
            }

            string? name = Marshal.PtrToStringUTF8((nint)dev_name);
            SoftDevice? found = Array.Find(Library.Devices, d => d.Name == name);
            return found is null ? (urma_device_t*)Answer.Null(Errno.ENODEV) : found.Block;
        }
        catch (Exception error)
        {
            return (urma_device_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_get_device_by_eid")]
    public static urma_device_t* GetDeviceByEid(urma_eid_t eid, urma_transport_type_t type)
    {
        try
        {
            Eid wanted = Ids.ToEid(eid);
            SoftDevice? found = Array.Find(Library.Devices, d => d.Eid == wanted && d.Block->type == type);
            return found is null ? (urma_device_t*)Answer.Null(Errno.ENODEV) : found.Block;
        }
        catch (Exception error)
        {
            return (urma_device_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_query_device")]
    public static int QueryDevice(urma_device_t* dev, urma_device_attr_t* dev_attr)
    {
        try
        {
            if (Blocks.Find<SoftDevice, urma_device_t>(dev, BlockKind.Device) is not { } device || dev_attr == null)
            {
                return Answer.Status(URMA_EINVAL);
            }

            device.Describe(dev_attr);
            return URMA_SUCCESS;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_create_context")]
    public static urma_context_t* CreateContext(urma_device_t* dev, uint eid_index)
    {
        try
        {
            return Blocks.Find<SoftDevice, urma_device_t>(dev, BlockKind.Device) is { } device && eid_index == 0
                ? Library.OpenContext(device).Block
                : (urma_context_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_context_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_delete_context")]
    public static int DeleteContext(urma_context_t* ctx)
    {
        try
        {
            return Find.Context(ctx)?.Delete() ?? URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_get_uasid")]
    public static int GetUasid(uint* uasid)
    {
        try
        {
            return uasid == null ? URMA_EINVAL : Library.TryGetUasid(out *uasid) ? URMA_SUCCESS : URMA_FAIL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }
}
