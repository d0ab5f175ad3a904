using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>
/// What the front reads of a JFC to find out, without entering managed code, that a poll would find nothing. Laid out as
/// <c>poll_state</c> in front/poll.c; behind <c>urma_jfc_t</c> and its tail.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PollState
{
    /// <summary>Most rings that are looked at.</summary>
    public const int MaxRings = 8;

    /// <summary>Guards the JFC; the front enters it, too, for its look at the rings.</summary>
    public BiasedLock Lock;

    /// <summary>Empty polls until managed code has a look anyway: for closed rings, requests that wait, and neighbours that starve.</summary>
    public int Skips;

    /// <summary>Not 0 while there are rings; not set for a JFC that must not be looked at from outside.</summary>
    public int Count;

    /// <summary>Which other rings have something.</summary>
    public ulong* Rung;

    /// <summary>Where the next entry of each ring announces itself.</summary>
    public fixed ulong Sequences[MaxRings];

    /// <summary>What will stand there then.</summary>
    public fixed uint Expected[MaxRings];
}
