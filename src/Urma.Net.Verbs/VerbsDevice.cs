using System.Runtime.InteropServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>An RDMA device: its name, and what it can do once it was opened to be asked.</summary>
internal sealed unsafe class VerbsDevice
{
    private readonly Lazy<DeviceFacts?> _facts;

    public VerbsDevice(ibv_device* native)
    {
        Native = native;
        Name = Marshal.PtrToStringUTF8((nint)Libibverbs.ibv_get_device_name(native)) ?? string.Empty;
        _facts = new Lazy<DeviceFacts?>(Ask);
    }

    public ibv_device* Native { get; }

    public string Name { get; }

    /// <summary>What it can do; null where it cannot be opened.</summary>
    public DeviceFacts? Facts => _facts.Value;

    private DeviceFacts? Ask()
    {
        ibv_context* context = Libibverbs.ibv_open_device(Native);
        if (context == null)
        {
            return null;
        }

        try
        {
            return DeviceFacts.Read(context);
        }
        finally
        {
            _ = Libibverbs.ibv_close_device(context);
        }
    }
}
