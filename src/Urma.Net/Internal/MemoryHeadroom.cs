using System.Globalization;

namespace Urma.Net.Internal;

/// <summary>
/// How much memory this process can still take before the kernel starts killing: the tightest of its memory cgroups
/// (v1 and v2, all ancestors) and what the machine has available.
/// </summary>
/// <remarks>
/// A full memory cgroup does not refuse an allocation, it kills. Asking first is the only way to turn that into an
/// error, and it is a race by nature: others in the same cgroup may take the memory between the question and the
/// allocation. Swap is not counted: remote memory that swaps is no use.
/// </remarks>
/// <param name="Available">Bytes that can still be taken; never negative.</param>
/// <param name="Limit">The limit it is measured against, bytes.</param>
/// <param name="Source">The file that states the limit.</param>
internal readonly record struct MemoryHeadroom(long Available, long Limit, string Source)
{
    // v1 states "no limit" as the largest multiple of the page size; anything near it is no limit either.
    private const long NoLimit = 1L << 60;

    /// <summary>Measures now.</summary>
    /// <param name="root">Where the file system that holds <c>proc</c> and the cgroup mounts begins; tests give their own.</param>
    internal static MemoryHeadroom Measure(string root = "/")
    {
        MemoryHeadroom tightest = OfMachine(root);
        foreach (CgroupDirectory start in CgroupDirectory.OfMemory(root))
        {
            foreach (string directory in start.WithAncestors())
            {
                if (OfCgroup(directory, start.IsVersion2) is { } here && here.Available < tightest.Available)
                {
                    tightest = here;
                }
            }
        }

        return tightest;
    }

    private static MemoryHeadroom OfMachine(string root)
    {
        string path = Path.Combine(root, "proc/meminfo");
        long available = long.MaxValue;
        long total = long.MaxValue;
        foreach (string line in SmallFile.ReadLines(path))
        {
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            {
                available = Kilobytes(line);
            }
            else if (line.StartsWith("MemTotal:", StringComparison.Ordinal))
            {
                total = Kilobytes(line);
            }
        }

        return new MemoryHeadroom(available, total, $"{path} (MemAvailable)");
    }

    private static MemoryHeadroom? OfCgroup(string directory, bool version2)
    {
        string limitFile = Path.Combine(directory, version2 ? "memory.max" : "memory.limit_in_bytes");
        string usageFile = Path.Combine(directory, version2 ? "memory.current" : "memory.usage_in_bytes");

        // "max" is not a number, and a directory without the controller has no such file: no limit here.
        if (SmallFile.ReadNumber(limitFile) is not { } limit || limit >= NoLimit
            || SmallFile.ReadNumber(usageFile) is not { } usage)
        {
            return null;
        }

        // Usage counts page cache, which the kernel drops before it kills anybody.
        long cache = ReclaimableCache(Path.Combine(directory, "memory.stat"), version2 ? "" : "total_");
        long available = Math.Max(0, limit - Math.Max(0, usage - cache));
        return new MemoryHeadroom(available, limit, limitFile);
    }

    private static long ReclaimableCache(string path, string prefix)
    {
        long sum = 0;
        foreach (string line in SmallFile.ReadLines(path))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space > 0
                && line.StartsWith(prefix, StringComparison.Ordinal)
                && line.AsSpan(prefix.Length, space - prefix.Length) is "inactive_file" or "active_file"
                && long.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long value))
            {
                sum += value;
            }
        }

        return sum;
    }

    private static long Kilobytes(string line)
    {
        ReadOnlySpan<char> text = line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1).Trim();
        int end = text.IndexOf(' ');
        return long.TryParse(end < 0 ? text : text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value * 1024
            : long.MaxValue;
    }
}
