using System.Globalization;

namespace Urma.Net.Internal;

/// <summary>Reads the kernel's small text files; a file that is missing or unreadable is simply empty.</summary>
internal static class SmallFile
{
    /// <summary>The lines of a file, or none.</summary>
    internal static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The one number in a file; null where there is none.</summary>
    internal static long? ReadNumber(string path)
    {
        string[] lines = ReadLines(path);
        return lines.Length > 0
            && long.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : null;
    }
}
