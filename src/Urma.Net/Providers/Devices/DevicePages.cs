using System.Runtime.InteropServices;

namespace Urma.Net.Providers.Devices;

/// <summary>
/// Devices of software share memory by moving what is registered, whole pages, to where others can map it. What a thread stores meanwhile
/// in the rest of those pages would be lost: with arrays of the garbage collector that is other objects. The devices of this project can be
/// asked to leave pages where they are (<c>urmanet_keep_pages</c>); others move none.
/// </summary>
internal static unsafe class DevicePages
{
    private const string Function = "urmanet_keep_pages";

    /// <summary>How a library is asked; null where it need not be.</summary>
    /// <param name="library">As loaded.</param>
    public static delegate* unmanaged<int, void> Find(nint library) =>
        NativeLibrary.TryGetExport(library, Function, out nint address) ? (delegate* unmanaged<int, void>)address : null;

    /// <summary>Whether what this thread registers next stays where it is.</summary>
    /// <param name="ask">What <see cref="Find"/> returned.</param>
    /// <param name="isKept">Whether it does.</param>
    public static void Keep(delegate* unmanaged<int, void> ask, bool isKept)
    {
        if (ask != null)
        {
            ask(isKept ? 1 : 0);
        }
    }
}
