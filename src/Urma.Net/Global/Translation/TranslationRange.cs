using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>What is known of one registered or imported segment: where its addresses lead and what they permit.</summary>
/// <remarks>Made by the provider; but for the uses changed only by its <see cref="TranslationTable"/>, under its lock.</remarks>
internal sealed unsafe class TranslationRange
{
    /// <summary>The epoch word of what nobody can revoke; always 1.</summary>
    public static readonly uint* NeverEnding = MakeWord(1);

    private static readonly uint* Ended = MakeWord(0);

    private long _uses;

    /// <summary>The device whose memory it is.</summary>
    public required Eid Eid { get; init; }

    /// <summary>The engine whose memory it is.</summary>
    public required uint Uasid { get; init; }

    /// <summary>First address, in the owner's space.</summary>
    public required ulong Start { get; init; }

    /// <summary>Bytes.</summary>
    public required long Length { get; init; }

    /// <summary>Where the first byte lies in this process; null where it is not mapped.</summary>
    public required byte* Memory { get; init; }

    /// <summary>What this process may do.</summary>
    public required SegmentAccess Access { get; init; }

    /// <summary>The segment or imported segment.</summary>
    public required object Owner { get; init; }

    /// <summary>A word that holds <see cref="Epoch"/> while the grant lasts.</summary>
    public uint* EpochWord { get; set; } = NeverEnding;

    /// <summary>See <see cref="EpochWord"/>; never 0.</summary>
    public uint Epoch { get; init; } = 1;

    /// <summary>The process the kernel copies from and to where the memory is not mapped; else 0.</summary>
    public int CopiedFrom { get; init; }

    /// <summary>Whether it is an imported segment (<see cref="Owner"/>) that only posted reads, writes and atomics reach.</summary>
    public bool IsPosted { get; init; }

    /// <summary>The modelled link on the way there; null without one.</summary>
    public FabricLink? Link { get; init; }

    /// <summary>The owner's process, as the kernel shows it here; 0 where that is not known.</summary>
    public int ProcessId { get; init; }

    /// <summary>The owner's name for people.</summary>
    public string? Label { get; init; }

    /// <summary>How far it was when last measured; null before.</summary>
    public MemoryDistance? Distance { get; set; }

    /// <summary>Whether the owner is gone for good.</summary>
    public bool IsOwnerLost { get; private set; }

    /// <summary>How often it was used, as far as caches have told.</summary>
    public long Uses => Volatile.Read(ref _uses);

    /// <summary>Books what a cache has done with it. Any thread.</summary>
    public void AddUses(long uses) => Interlocked.Add(ref _uses, uses);

    /// <summary>Whether the grant has not ended.</summary>
    public bool IsCurrent => Volatile.Read(ref *EpochWord) == Epoch;

    /// <summary>Whether the process the kernel copies from has exited, so that its number may be another's; null where nobody knows.</summary>
    public Func<bool>? HasOwnerExited { get; init; }

    /// <summary>Whether it can be reached, and if not, why.</summary>
    public GlobalMemoryStatus State =>
        IsOwnerLost ? GlobalMemoryStatus.OwnerLost : IsCurrent ? GlobalMemoryStatus.Success : GlobalMemoryStatus.Revoked;

    /// <summary>The owner is gone: its epoch word may soon not be there any more.</summary>
    public void MarkLost()
    {
        IsOwnerLost = true;
        EpochWord = Ended;
    }

    /// <summary>It was taken out of the table, or its owner ended the grant: what was found before does not hold any more.</summary>
    public void MarkEnded() => EpochWord = Ended;

    public bool Contains(ulong address) => address - Start < (ulong)Length;

    // One word each for the whole process, never freed.
    private static uint* MakeWord(uint value)
    {
        var word = (uint*)NativeMemory.AllocZeroed(sizeof(uint));
        *word = value;
        return word;
    }
}
