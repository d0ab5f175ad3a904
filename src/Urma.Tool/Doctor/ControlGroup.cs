using System.Globalization;

namespace Urma.Net.Tool.Doctor;

/// <summary>The control group of this process, version 2 or 1.</summary>
internal static class ControlGroup
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>The smallest distance to a memory limit on the way to the root; null where there is none.</summary>
    public static (long? Bytes, string Where) MemoryHeadroom()
    {
        long? smallest = null;
        string where = string.Empty;
        foreach (string folder in Folders())
        {
            long? limit = SystemFacts.Number(Path.Combine(folder, "memory.max")) ?? SystemFacts.Number(Path.Combine(folder, "memory.limit_in_bytes"));
            long? used = SystemFacts.Number(Path.Combine(folder, "memory.current")) ?? SystemFacts.Number(Path.Combine(folder, "memory.usage_in_bytes"));
            // Version 1 writes "no limit" as a number near 2^63.
            if (limit is null or > 1L << 60 || used is null)
            {
                continue;
            }

            if (smallest is null || limit - used < smallest)
            {
                smallest = Math.Max(0, limit.Value - used.Value);
                where = folder;
            }
        }

        return (smallest, where);
    }

    /// <summary>How many processors' worth of time the group may use; null where there is no limit.</summary>
    public static double? ProcessorQuota()
    {
        double? smallest = null;
        foreach (string folder in Folders())
        {
            string[]? both = SystemFacts.Read(Path.Combine(folder, "cpu.max"))?.Split(' ');
            double? quota = both is { Length: 2 } ? Ratio(both[0], both[1]) : Ratio(
                SystemFacts.Read(Path.Combine(folder, "cpu.cfs_quota_us")), SystemFacts.Read(Path.Combine(folder, "cpu.cfs_period_us")));
            if (quota is not null && (smallest is null || quota < smallest))
            {
                smallest = quota;
            }
        }

        return smallest;
    }

    private static double? Ratio(string? quota, string? period) =>
        long.TryParse(quota, CultureInfo.InvariantCulture, out long q) && q > 0 &&
        long.TryParse(period, CultureInfo.InvariantCulture, out long p) && p > 0
            ? (double)q / p
            : null;

    // In a container the mounted tree often begins at the container's own group, so the root is looked at as well.
    private static IEnumerable<string> Folders()
    {
        foreach (string line in SystemFacts.Read("/proc/self/cgroup")?.Split('\n') ?? [])
        {
            string[] fields = line.Split(':', 3);
            if (fields.Length < 3)
            {
                continue;
            }

            foreach (string controller in fields[1].Length == 0 ? [string.Empty] : fields[1].Split(','))
            {
                string top = Path.Combine(Root, controller);
                string path = fields[2].TrimStart('/');
                while (true)
                {
                    string folder = Path.Combine(top, path);
                    if (Directory.Exists(folder))
                    {
                        yield return folder;
                    }

                    if (path.Length == 0)
                    {
                        break;
                    }

                    path = Path.GetDirectoryName(path) ?? string.Empty;
                }
            }
        }
    }
}
