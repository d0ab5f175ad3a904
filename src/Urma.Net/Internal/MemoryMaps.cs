using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>Asks the kernel what is mapped where in this process.</summary>
internal static unsafe class MemoryMaps
{
    private const string MapsPath = "/proc/self/maps";
    private const int NameCapacity = 4096 + 16;

    /// <summary>The mappings that intersect a range, in ascending order.</summary>
    internal static List<MemoryMapEntry> Intersecting(AddressRange range) => Query(range) ?? Parse(range);

    /// <summary>
    /// Asks for the mappings by address. The text form costs microseconds per mapping of the whole process, which for
    /// a process with ten thousand segments is a long time per registration.
    /// </summary>
    /// <returns>Null before Linux 6.11, or where a name is longer than any path.</returns>
    internal static List<MemoryMapEntry>? Query(AddressRange range)
    {
        using FileDescriptor maps = OpenMaps();
        if (maps.IsInvalid)
        {
            return null;
        }

        var entries = new List<MemoryMapEntry>();
        byte[] name = new byte[NameCapacity];
        fixed (byte* nameBuffer = name)
        {
            for (ulong address = range.Start; address < range.End;)
            {
                ProcmapQuery query = new()
                {
                    size = (ulong)sizeof(ProcmapQuery),
                    query_flags = Libc.PROCMAP_QUERY_COVERING_OR_NEXT_VMA,
                    query_addr = address,
                    vma_name_addr = (ulong)nameBuffer,
                    vma_name_size = NameCapacity,
                };
                if (Libc.Ioctl(maps.Number, Libc.PROCMAP_QUERY, &query) != 0)
                {
                    // ENOENT is the answer "nothing from here on".
                    return Marshal.GetLastPInvokeError() == Libc.ENOENT ? entries : null;
                }

                if (query.vma_start >= range.End)
                {
                    break;
                }

                entries.Add(new MemoryMapEntry(
                    new AddressRange(query.vma_start, query.vma_end),
                    Permissions(query.vma_flags),
                    query.inode,
                    query.vma_name_size == 0 ? "" : Encoding.UTF8.GetString(name, 0, (int)query.vma_name_size - 1)));
                address = query.vma_end;
            }
        }

        return entries;
    }

    /// <summary>Reads the mappings from the text form.</summary>
    internal static List<MemoryMapEntry> Parse(AddressRange range)
    {
        var entries = new List<MemoryMapEntry>();
        foreach (string line in File.ReadLines(MapsPath))
        {
            // start-end permissions offset device inode [name]; the columns before the name hold no blanks.
            int dash = line.IndexOf('-', StringComparison.Ordinal);
            ulong start = Hex(line.AsSpan(0, dash));
            if (start >= range.End)
            {
                break;
            }

            int blank = line.IndexOf(' ', dash);
            ulong end = Hex(line.AsSpan(dash + 1, blank - dash - 1));
            if (end > range.Start)
            {
                string[] rest = line[(blank + 1)..].Split(' ', 5);
                entries.Add(new MemoryMapEntry(
                    new AddressRange(start, end),
                    rest[0],
                    ulong.Parse(rest[3], CultureInfo.InvariantCulture),
                    rest.Length > 4 ? rest[4].Trim() : ""));
            }
        }

        return entries;
    }

    private static FileDescriptor OpenMaps()
    {
        fixed (byte* path = "/proc/self/maps"u8)
        {
            return new FileDescriptor(Libc.Open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0));
        }
    }

    private static string Permissions(ulong flags) => string.Create(4, flags, static (text, bits) =>
    {
        text[0] = (bits & Libc.PROCMAP_QUERY_VMA_READABLE) != 0 ? 'r' : '-';
        text[1] = (bits & Libc.PROCMAP_QUERY_VMA_WRITABLE) != 0 ? 'w' : '-';
        text[2] = (bits & Libc.PROCMAP_QUERY_VMA_EXECUTABLE) != 0 ? 'x' : '-';
        text[3] = (bits & Libc.PROCMAP_QUERY_VMA_SHARED) != 0 ? 's' : 'p';
    });

    private static ulong Hex(ReadOnlySpan<char> text) =>
        ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
