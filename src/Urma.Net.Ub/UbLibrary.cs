using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Ub;

/// <summary>The liburma of this process: found, loaded and initialised once. A library that failed to initialise is never called again, for it would spin.</summary>
internal sealed unsafe class UbLibrary
{
    /// <summary>Where to look before the usual places.</summary>
    public const string PathVariable = "URMA_LIBURMA";

    private const string Name = "liburma.so.0";
    private const string CommonName = "liburma_common.so.0";

    private UbLibrary(string path, string? problem, IReadOnlyList<UbDevice> devices)
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

    public IReadOnlyList<UbDevice> Devices { get; }

    /// <summary>Loads, initialises, and lists the devices.</summary>
    /// <param name="path">The file; by name where it is null.</param>
    public static UbLibrary Load(string? path)
    {
        string asked = path ?? Name;
        if (!OperatingSystem.IsLinux())
        {
            return new UbLibrary(asked, "UB devices exist on Linux only.", []);
        }

        if (!TryOpen(path, out nint handle, out string reason))
        {
            return new UbLibrary(
                asked,
                $"'{asked}' could not be loaded ({reason}). Install umdk (openEuler: dnf install umdk-urma-lib), or name the file in {PathVariable}; " +
                "without UB hardware, that can be the software UB device.",
                []);
        }

        string file = LoadedFile.Of(handle, "urma_init") ?? asked;
        if (!NativeLibrary.TryGetExport(handle, "urma_poll_jfc", out _))
        {
            return new UbLibrary(file, $"'{file}' is not liburma: it has no function urma_poll_jfc. Name the right file in {PathVariable}.", []);
        }

        UbError.Prepare();
        Liburma.Load(handle, file);
        KeepPages = DevicePages.Find(handle);
        var attributes = default(urma_init_attr_t);
        var status = (UrmaStatus)Liburma.urma_init(&attributes);

        // Somebody else in this process was first.
        if (status is not (UrmaStatus.Success or UrmaStatus.Exists))
        {
            return new UbLibrary(
                file,
                $"urma_init of '{file}' failed with {(int)status} ({status}). Most often no provider plug-in is installed: it belongs into '{System.IO.Path.GetDirectoryName(file)}/urma/'.",
                []);
        }

        IReadOnlyList<UbDevice> devices = ListDevices();
        return new UbLibrary(
            file,
            devices.Count == 0 ? $"'{file}' knows no UB device. Is the driver loaded (lsmod | grep udma), and may this user open /dev/uburma/*?" : null,
            devices);
    }

    private static bool TryOpen(string? path, out nint handle, out string reason)
    {
        reason = string.Empty;

        // Where neither is on the loader's path, the one must be there before the other asks for it.
        string common = path is null ? CommonName : System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path) ?? string.Empty, CommonName);
        _ = NativeLibrary.TryLoad(common, out _);
        try
        {
            handle = NativeLibrary.Load(path ?? Name);
            return true;
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            handle = 0;
            // The loader's own words come last.
            reason = error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1];
            return false;
        }
    }

    // The list is kept: its entries are the devices.
    private static List<UbDevice> ListDevices()
    {
        int count = 0;
        urma_device_t** list = Liburma.urma_get_device_list(&count);
        var devices = new List<UbDevice>();
        for (int i = 0; list != null && i < count; i++)
        {
            devices.Add(new UbDevice(list[i]));
        }

        return devices;
    }
}
