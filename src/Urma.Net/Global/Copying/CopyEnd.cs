using System.Runtime.CompilerServices;

namespace Urma.Net.Global;

/// <summary>One end of a copy, translated: a pointer, and how to see that it still leads there. Valid between Enter and Leave of a cache.</summary>
internal unsafe ref struct CopyEnd
{
    /// <summary>First byte, here.</summary>
    public byte* Pointer;

    /// <summary>Bytes from there to the end of the segment.</summary>
    public ulong Available;
    public uint* EpochWord;
    public uint Epoch;
    public uint Flags;

    /// <summary>Whether the grant has not ended.</summary>
    public readonly bool IsCurrent
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref *EpochWord) == Epoch;
    }

    /// <summary>Ordinary memory, whose grant does not end.</summary>
    public static CopyEnd OfLocal(byte* pointer, ulong available) =>
        new() { Pointer = pointer, Available = available, EpochWord = TranslationRange.NeverEnding, Epoch = 1 };

    /// <summary>Takes what a copy needs out of a translation, which the next one may replace.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CopyEnd From(TranslationEntry* entry, scoped in GlobalAddress address) => new()
    {
        Pointer = (byte*)((nint)address.VirtualAddress + entry->Delta),
        Available = entry->Length - (address.VirtualAddress - entry->Start),
        EpochWord = entry->EpochWord,
        Epoch = entry->Epoch,
        Flags = entry->UasidAndFlags,
    };
}
