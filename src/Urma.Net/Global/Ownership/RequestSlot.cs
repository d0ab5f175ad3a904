namespace Urma.Net.Global;

/// <summary>A request that waits, as others see it: when it came, and what it wants.</summary>
internal readonly unsafe struct RequestSlot(byte* start, DirectoryLayout layout)
{
    private readonly byte* _start = start;

    /// <summary>When it came; 0 where nothing waits here.</summary>
    public ref ulong Ticket => ref *(ulong*)_start;

    private ref int RunCount => ref *(int*)(_start + 8);

    /// <summary>Shows the wishes; the ticket follows when the request is queued.</summary>
    public void Fill(ReadOnlySpan<GranuleRun> runs)
    {
        runs.CopyTo(new Span<GranuleRun>(_start + DirectoryLayout.SlotHeaderSize, layout.MaxRanges));
        Volatile.Write(ref RunCount, runs.Length);
    }

    /// <summary>The wishes, in shared memory: copy each before it is believed.</summary>
    public ReadOnlySpan<GranuleRun> Runs =>
        new(_start + DirectoryLayout.SlotHeaderSize, Math.Clamp(Volatile.Read(ref RunCount), 0, layout.MaxRanges));

    /// <summary>Whether it wants something that cannot be had together with these. Both are sorted, if it is honest.</summary>
    public bool ConflictsWith(ReadOnlySpan<GranuleRun> wanted)
    {
        int i = 0;
        foreach (ref readonly GranuleRun shared in Runs)
        {
            GranuleRun theirs = shared;
            if (!theirs.IsValid(layout.GranuleCount))
            {
                continue;
            }

            while (i < wanted.Length && wanted[i].End <= theirs.First)
            {
                i++;
            }

            for (int k = i; k < wanted.Length && wanted[k].First < theirs.End; k++)
            {
                if (wanted[k].ConflictsWith(theirs))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
