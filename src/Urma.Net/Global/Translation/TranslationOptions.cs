using System.Numerics;

namespace Urma.Net;

/// <summary>The software UMMU's translation cache. Every thread that translates has one of its own, as a core has its TLB.</summary>
/// <remarks>
/// An address is looked for in set <c>(page + 31 × UASID) mod sets</c>, which has four ways; the least recently used is replaced. An
/// entry covers its whole segment, so a segment takes at most one entry of each set, and accesses all over a large one hit.
/// </remarks>
public sealed record TranslationOptions
{
    /// <summary>Ways of a set; all entries where there are fewer.</summary>
    public const int Ways = 4;

    /// <summary>Translations a thread keeps, 64 bytes each: a power of two, 1 to 65,536.</summary>
    public int CacheEntries { get; init; } = 256;

    /// <summary>Bytes of address space that share a set: a power of two, 4 KiB to 1 GiB. 2 MiB is the granule of shared UB memory (OBMM).</summary>
    public long PageSize { get; init; } = 2 << 20;

    internal void Validate()
    {
        if (CacheEntries is < 1 or > 65536 || !BitOperations.IsPow2(CacheEntries))
        {
            throw new ArgumentException($"TranslationOptions.CacheEntries is {CacheEntries}: it must be a power of two from 1 to 65,536.");
        }

        if (PageSize is < 4096 or > 1 << 30 || !BitOperations.IsPow2(PageSize))
        {
            throw new ArgumentException($"TranslationOptions.PageSize is {PageSize}: it must be a power of two from 4,096 to 1,073,741,824.");
        }
    }
}
