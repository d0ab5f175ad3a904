namespace Urma.Net.Internal;

/// <summary>One mapping of this process, as <c>/proc/self/maps</c> shows it.</summary>
/// <param name="Range">The mapped addresses.</param>
/// <param name="Permissions">Four letters such as <c>rw-p</c>.</param>
/// <param name="Inode">The file's inode; 0 for anonymous memory.</param>
/// <param name="Name">The file's path, a name in brackets, or empty.</param>
internal readonly record struct MemoryMapEntry(AddressRange Range, string Permissions, ulong Inode, string Name)
{
    /// <summary>
    /// Why memory like this cannot be moved into a memory file; null if it can, being the process's own private
    /// anonymous memory.
    /// </summary>
    internal string? AdoptionObstacle()
    {
        if (Permissions.Length == 4 && Permissions[3] == 's')
        {
            return $"it is shared already ({(Name.Length == 0 ? "anonymous" : Name)}): registered before, or mapped with MAP_SHARED";
        }

        if (Permissions != "rw-p")
        {
            return $"it is not plain readable and writable memory (its protection is '{Permissions}')";
        }

        if (Inode != 0)
        {
            return $"it belongs to the file {Name}";
        }

        return Name.Length == 0 || Name == "[heap]" || Name.StartsWith("[anon:", StringComparison.Ordinal)
            ? null
            : $"the kernel uses it for {Name}";
    }
}
