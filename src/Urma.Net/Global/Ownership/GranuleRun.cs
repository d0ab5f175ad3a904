using System.Runtime.InteropServices;

namespace Urma.Net.Global;

/// <summary>Granules that follow one another and are wanted alike; also how a waiting request stands in shared memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GranuleRun
{
    public const int Size = 8;

    private const int ModeShift = 30;
    private const uint CountMask = (1u << ModeShift) - 1;

    /// <summary>The first granule.</summary>
    public int First;

    private uint _countAndMode;

    public GranuleRun(int first, int count, Ownership wanted)
    {
        First = first;
        _countAndMode = ((uint)wanted << ModeShift) | ((uint)(count - 1) & CountMask);
    }

    public readonly int Count => (int)(_countAndMode & CountMask) + 1;

    public readonly Ownership Wanted => (Ownership)(_countAndMode >> ModeShift);

    /// <summary>The first granule behind it.</summary>
    public readonly int End => First + Count;

    /// <summary>Whether it lies inside a directory; one that was read from shared memory may not.</summary>
    public readonly bool IsValid(int granuleCount) => First >= 0 && First < granuleCount && Count <= granuleCount - First && (int)Wanted <= 2;

    /// <summary>Whether two wishes of different members cannot both be granted.</summary>
    public readonly bool ConflictsWith(in GranuleRun other) =>
        First < other.End && other.First < End && (Wanted == Ownership.Write || other.Wanted == Ownership.Write);
}
