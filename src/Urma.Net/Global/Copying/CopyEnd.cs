namespace Urma.Net.Global;

/// <summary>One end of a step of a copy, translated. Valid between Enter and Leave of a cache.</summary>
internal unsafe ref struct CopyEnd
{
    /// <summary>First byte, here; in the owner's process where the kernel copies or requests are posted.</summary>
    public byte* Pointer;

    /// <summary>Bytes from there to the end of the segment.</summary>
    public ulong Available;

    /// <summary>Whose memory it is; null for ordinary memory of this process.</summary>
    public TranslationRange? Range;

    /// <summary>Whether, after the bytes were moved, they were moved where they should.</summary>
    public readonly GlobalMemoryStatus StateAfter(TranslationCache cache)
    {
        if (Range is null || (cache.IsUnchanged && Range.IsCurrent && Range.HasOwnerExited is null))
        {
            return GlobalMemoryStatus.Success;
        }

        // The number of a process that has exited may be another's by now.
        return Range.HasOwnerExited is { } hasExited && hasExited() ? GlobalMemoryStatus.OwnerLost : Range.State;
    }
}
