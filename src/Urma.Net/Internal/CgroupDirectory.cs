namespace Urma.Net.Internal;

/// <summary>Where this process's memory cgroup is visible in the file system.</summary>
/// <param name="MountPoint">Where the hierarchy is mounted.</param>
/// <param name="Leaf">The directory of this process's own cgroup, at or below the mount point.</param>
/// <param name="IsVersion2">Whether it is the unified hierarchy.</param>
internal readonly record struct CgroupDirectory(string MountPoint, string Leaf, bool IsVersion2)
{
    /// <summary>The hierarchies that may limit this process's memory: v1's memory controller, v2, both or none.</summary>
    internal static IEnumerable<CgroupDirectory> OfMemory(string root)
    {
        string[] memberships = SmallFile.ReadLines(Path.Combine(root, "proc/self/cgroup"));
        foreach (string line in SmallFile.ReadLines(Path.Combine(root, "proc/self/mountinfo")))
        {
            // id parent major:minor root mount-point options [tags…] - type source super-options
            string[] sides = line.Split(" - ", 2);
            string[] fields = sides[0].Split(' ');
            string[] tail = sides.Length == 2 ? sides[1].Split(' ') : [];
            if (fields.Length < 5 || tail.Length < 3)
            {
                continue;
            }

            bool version2 = tail[0] == "cgroup2";
            bool memory = tail[0] == "cgroup" && tail[2].Split(',').Contains("memory");
            if ((version2 || memory) && PathOf(memberships, version2) is { } path)
            {
                string mountPoint = Path.Join(root.TrimEnd('/'), Unescape(fields[4])).TrimEnd('/');
                yield return new CgroupDirectory(mountPoint, Locate(mountPoint, Unescape(fields[3]), path), version2);
            }
        }
    }

    /// <summary>The leaf and every directory above it up to the mount point.</summary>
    internal IEnumerable<string> WithAncestors()
    {
        string directory = Leaf;
        while (directory.Length > MountPoint.Length)
        {
            yield return directory;
            directory = directory[..directory.LastIndexOf('/')];
        }

        yield return MountPoint;
    }

    private static string? PathOf(string[] memberships, bool version2)
    {
        foreach (string line in memberships)
        {
            // hierarchy:controllers:path, the unified hierarchy being number 0 without controllers
            string[] parts = line.Split(':', 3);
            if (parts.Length == 3 && (version2 ? parts[0] == "0" : parts[1].Split(',').Contains("memory")))
            {
                return parts[2];
            }
        }

        return null;
    }

    // A container often sees only its own subtree, mounted at the top, while the membership names the host's path.
    private static string Locate(string mountPoint, string mountRoot, string path)
    {
        string below = mountRoot == "/" ? path
            : path == mountRoot || path.StartsWith(mountRoot + "/", StringComparison.Ordinal) ? path[mountRoot.Length..]
            : "";
        below = below.Trim('/');
        return below.Length == 0 || below.Split('/').Contains("..") ? mountPoint : $"{mountPoint}/{below}";
    }

    // mountinfo writes blanks and backslashes as octal escapes.
    private static string Unescape(string text) => text
        .Replace("\\040", " ", StringComparison.Ordinal)
        .Replace("\\011", "\t", StringComparison.Ordinal)
        .Replace("\\134", "\\", StringComparison.Ordinal);
}
