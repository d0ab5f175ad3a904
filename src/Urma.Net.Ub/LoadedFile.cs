using System.Runtime.InteropServices;

namespace Urma.Net.Ub;

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

        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            // begin-end rights offset device inode path
            int dash = line.IndexOf('-', StringComparison.Ordinal);
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            int slash = line.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0
                && ulong.TryParse(line.AsSpan(0, dash), System.Globalization.NumberStyles.HexNumber, null, out ulong begin)
                && ulong.TryParse(line.AsSpan(dash + 1, space - dash - 1), System.Globalization.NumberStyles.HexNumber, null, out ulong end)
                && (ulong)address >= begin && (ulong)address < end)
            {
                return line[slash..];
            }
        }

        return null;
    }
}
