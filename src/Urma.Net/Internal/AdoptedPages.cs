namespace Urma.Net.Internal;

/// <summary>Pages that a memory file took the place of, and how many use them. Guarded by the gate of <see cref="AdoptedMemory"/>.</summary>
internal sealed class AdoptedPages(AddressRange range, MemoryFile file, bool readOnlyForOthers)
{
    // Of the file, as the maps show it.
    private readonly ulong _inode = InodeAt(range);

    public AddressRange Range { get; } = range;

    public MemoryFile File { get; } = file;

    public int Uses { get; set; }

    /// <summary>
    /// Whether pages lie inside, are protected as asked for, and are still the file's: a program may have unmapped them without a
    /// word, and mapped something else there.
    /// </summary>
    public bool Covers(AddressRange pages, bool readOnly) =>
        pages.Length > 0
        && readOnly == readOnlyForOthers
        && pages.Start >= Range.Start
        && pages.End <= Range.End
        && InodeAt(pages) == _inode;

    /// <summary>The parts that are still the file's, in ascending order.</summary>
    public List<AddressRange> Remaining()
    {
        var parts = new List<AddressRange>();
        foreach (MemoryMapEntry entry in MemoryMaps.Intersecting(Range))
        {
            if (entry.Inode == _inode)
            {
                parts.Add(new AddressRange(Math.Max(entry.Range.Start, Range.Start), Math.Min(entry.Range.End, Range.End)));
            }
        }

        return parts;
    }

    // 0 where the pages are not one mapping of one file.
    private static ulong InodeAt(AddressRange pages)
    {
        ulong inode = 0;
        ulong reached = pages.Start;
        foreach (MemoryMapEntry entry in MemoryMaps.Intersecting(pages))
        {
            if (entry.Range.Start > reached || (inode != 0 && entry.Inode != inode))
            {
                return 0;
            }

            inode = entry.Inode;
            reached = entry.Range.End;
        }

        return reached >= pages.End ? inode : 0;
    }
}
