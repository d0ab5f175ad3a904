using System.Runtime.InteropServices;

namespace Urma.Net.Internal;

/// <summary>Which file a loaded library came from.</summary>
internal static class LoadedFile
{
    /// <summary>The file that holds a function of a library; null where the process's map does not tell.</summary>
    public static string? Of(nint handle, string function)
    {
        if (!NativeLibrary.TryGetExport(handle, function, out nint address))
        {
            return null;
        }

        var place = new AddressRange((ulong)address, (ulong)address + 1);
        return MemoryMaps.Intersecting(place) is [{ Name: ['/', ..] file }] ? file : null;
    }
}
