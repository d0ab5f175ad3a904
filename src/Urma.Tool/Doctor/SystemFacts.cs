using System.Globalization;

namespace Urma.Net.Tool.Doctor;

/// <summary>Reads what the kernel tells about itself and this process.</summary>
internal static class SystemFacts
{
    /// <summary>The processor's name.</summary>
    public static string ProcessorModel => Value("/proc/cpuinfo", "model name") ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>A file's text without the line end; null when it cannot be read.</summary>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A number from a file of one.</summary>
    public static long? Number(string path) =>
        long.TryParse(Read(path), NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) ? value : null;

    /// <summary>The text after the colon of the first line that begins with a key.</summary>
    public static string? Value(string path, string key)
    {
        foreach (string line in Read(path)?.Split('\n') ?? [])
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[..colon].Trim().Equals(key, StringComparison.Ordinal))
            {
                return line[(colon + 1)..].Trim();
            }
        }

        return null;
    }

    /// <summary>The word in square brackets in a kernel setting such as <c>always [madvise] never</c>.</summary>
    public static string? Chosen(string path)
    {
        string? text = Read(path);
        int open = text?.IndexOf('[', StringComparison.Ordinal) ?? -1;
        int close = text?.IndexOf(']', StringComparison.Ordinal) ?? -1;
        return open >= 0 && close > open ? text![(open + 1)..close] : null;
    }

    /// <summary>The soft limit of this process, as <c>/proc/self/limits</c> calls it; null where unlimited or unknown.</summary>
    public static long? SoftLimit(string name) => Limit(name, 0);

    /// <summary>The hard limit.</summary>
    public static long? HardLimit(string name) => Limit(name, 1);

    private static long? Limit(string name, int column)
    {
        foreach (string line in Read("/proc/self/limits")?.Split('\n') ?? [])
        {
            if (line.StartsWith(name, StringComparison.Ordinal))
            {
                string[] fields = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return fields.Length > column && long.TryParse(fields[column], CultureInfo.InvariantCulture, out long value) ? value : null;
            }
        }

        return null;
    }
}
