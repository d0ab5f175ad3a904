using Urma.Net.Interop.Headers.Abi;

namespace Urma.Net.Tool.Doctor.Headers;

/// <summary>How installed headers of a library differ from those this build was compiled against.</summary>
/// <param name="Library">The library.</param>
/// <param name="Folder">Where the installed headers lie.</param>
/// <param name="Compared">Facts that were compared.</param>
/// <param name="NotCompared">Facts of headers that are not installed.</param>
/// <param name="Absent">Those headers.</param>
/// <param name="Differences">What differs.</param>
internal sealed record HeaderDrift(
    KnownLibrary Library, string Folder, int Compared, int NotCompared, IReadOnlyList<string> Absent, IReadOnlyList<AbiDifference> Differences)
{
    /// <summary>What a program compiled against our headers may be hurt by.</summary>
    public IEnumerable<AbiDifference> Harmful => Differences.Where(difference => difference.Change != AbiChange.Added);

    /// <summary>What only the installed headers have.</summary>
    public IEnumerable<AbiDifference> Added => Differences.Where(difference => difference.Change == AbiChange.Added);

    public bool IsHarmful => Harmful.Any();
}
