using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Verbs;

/// <summary>The libibverbs of this process: found and loaded once, never linked.</summary>
internal sealed unsafe class VerbsLibrary
{
    /// <summary>Where to look before the usual places.</summary>
    public const string PathVariable = "URMA_LIBIBVERBS";

    private VerbsLibrary(string path, string? problem, IReadOnlyList<VerbsDevice> devices)
    {
        Path = path;
        Problem = problem;
        Devices = devices;
    }

    /// <summary>How it is asked to leave pages where they are.</summary>
    public static delegate* unmanaged<int, void> KeepPages { get; private set; }

    /// <summary>The file, or what was asked of the loader.</summary>
    public string Path { get; }

    /// <summary>Why it cannot be used and what to do; null where it can.</summary>
    public string? Problem { get; }

    public IReadOnlyList<VerbsDevice> Devices { get; }

    /// <summary>Loads the library and lists the devices.</summary>
    /// <param name="path">The file; by name where it is null.</param>
    public static VerbsLibrary Load(string? path)
    {
        string asked = path ?? Libibverbs.LibraryName;
        if (!OperatingSystem.IsLinux())
        {
            return new VerbsLibrary(asked, "libibverbs exists on Linux only.", []);
        }

        nint handle;
        try
        {
            handle = NativeLibrary.Load(asked);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            // The loader's own words come last.
            string reason = error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
            return new VerbsLibrary(
                asked,
                $"'{asked}' could not be loaded ({reason}). Install rdma-core (Debian: apt-get install libibverbs1 ibverbs-providers), or name the file in {PathVariable}.",
                []);
        }

        string file = LoadedFile.Of(handle, "ibv_open_device") ?? asked;
        if (!NativeLibrary.TryGetExport(handle, "ibv_create_qp", out _))
        {
            return new VerbsLibrary(file, $"'{file}' is not libibverbs: it has no function ibv_create_qp. Name the right file in {PathVariable}.", []);
        }

        VerbsError.Prepare();
        Libibverbs.Load(handle, file);
        KeepPages = DevicePages.Find(handle);
        Marshal.SetLastSystemError(0);
        int count = 0;
        ibv_device** list = Libibverbs.ibv_get_device_list(&count);
        int failure = Marshal.GetLastSystemError();

        // The list is kept: its entries are the devices.
        var devices = new List<VerbsDevice>();
        for (int i = 0; list != null && i < count; i++)
        {
            devices.Add(new VerbsDevice(list[i]));
        }

        return new VerbsLibrary(file, devices.Count == 0 ? NoDevice(file, list == null ? failure : 0) : null, devices);
    }

    private static string NoDevice(string file, int failure) =>
        $"'{file}' knows no RDMA device{(failure == 0 ? string.Empty : $" (errno {failure}: {Marshal.GetPInvokeErrorMessage(failure)})")}. " +
        "Is the driver loaded (ls /sys/class/infiniband), and the plug-in installed (Debian: ibverbs-providers)? Without an RDMA card the kernel's " +
        "soft-RoCE serves: modprobe rdma_rxe && rdma link add rxe0 type rxe netdev eth0.";
}
