using System.Runtime.CompilerServices;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// A ring of completions with one writer, polled by one JFC: the private ring of a send queue or the shared lane of a sender.
/// </summary>
/// <remarks>
/// Hot sources are looked at on every poll. A source that stays idle is armed: from then on its writer rings the doorbell after
/// each entry, so the cost of polling does not grow with idle sources.
/// </remarks>
internal abstract unsafe class CompletionSource
{
    protected CompletionSource(LaneEntry* entries, int depth, uint* armed, LoopbackDoorbell doorbell)
    {
        Entries = entries;
        Mask = (uint)depth - 1;
        Armed = armed;
        Doorbell = doorbell;
    }

    public LaneEntry* Entries { get; protected set; }

    public uint Mask { get; }

    public uint* Armed { get; }

    public LoopbackDoorbell Doorbell { get; }

    /// <summary>Its bit in the doorbell.</summary>
    public int Bit { get; set; }

    /// <summary>Entries taken, modulo 2³². Written by the poller only.</summary>
    public uint Taken;

    /// <summary>The JFC's poll count when it last had an entry.</summary>
    public long LastUsed;

    public bool IsHot { get; set; }

    /// <summary>Whether the poller has armed it to sleep and has found nothing in it since: its next entry does not make it hot.</summary>
    public bool IsDozing { get; set; }

    /// <summary>Set from any thread: its writer is gone; what it wrote is still delivered, then it is detached.</summary>
    public volatile bool IsClosing;

    public bool IsDetached { get; set; }

    public bool HasEntry
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !IsDetached && Volatile.Read(ref (Entries + (Taken & Mask))->Sequence) == Taken + 1;
    }

    /// <summary>Whose work its entries complete here: the number of a jetty, a JFS or a JFR.</summary>
    public uint LocalId { get; set; }

    /// <summary>Whether that is a jetty.</summary>
    public bool IsJetty { get; set; }

    /// <summary><see cref="Jfs.Face"/> or <see cref="Jfr.Face"/> of that object.</summary>
    public nint Owner { get; set; }

    /// <summary>The sending engine's device; zero for a private ring.</summary>
    public Eid SourceEid { get; protected init; }

    /// <summary>The sending engine; 0 for a private ring.</summary>
    public uint SourceUasid { get; protected init; }

    /// <summary>
    /// Turns the entry at <see cref="Taken"/> into a completion and advances. False where the entry is not believable: the
    /// source is poisoned then and offers no more entries.
    /// </summary>
    public abstract bool Take(LaneEntry* entry, out Completion completion);

    /// <summary>Whether the entry asks for an event from a JFC armed for solicited events only.</summary>
    public static bool IsSolicited(ulong result) =>
        ((CompletionFlags)(byte)(result >> 56) & CompletionFlags.Solicited) != 0 || (byte)(result >> 48) != 0;

    /// <summary>Called once by the poller when a closing source is empty.</summary>
    public abstract void OnDetached();
}
