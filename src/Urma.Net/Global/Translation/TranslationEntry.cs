using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Urma.Net.Global;

/// <summary>A cached translation: one cache line with all that a copy must know of one end.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal unsafe struct TranslationEntry
{
    /// <summary>Right to read.</summary>
    public const uint CanRead = 1u << 24;

    /// <summary>Right to write.</summary>
    public const uint CanWrite = 1u << 25;

    /// <summary>Mapped here: a pointer leads there.</summary>
    public const uint IsMapped = 1u << 26;

    /// <summary>No modelled link is on the way.</summary>
    public const uint IsNear = 1u << 27;

    public Eid Eid;
    public ulong Start;
    public ulong Length;

    /// <summary>What to add to an address of the owner's to get the pointer here.</summary>
    public nint Delta;
    public uint* EpochWord;
    public uint Epoch;

    /// <summary>UASID in the low 24 bits, flags above.</summary>
    public uint UasidAndFlags;
    public long Uses;

    /// <summary>Whether the grant has not ended.</summary>
    public readonly bool IsCurrent
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref *EpochWord) == Epoch;
    }

    /// <summary>Whether an address lies in the range. An empty entry matches nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Matches(in GlobalAddress address) => Holds(address, address.VirtualAddress - Start);

    /// <summary>As <see cref="Matches"/>, where the distance from <see cref="Start"/> is known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Holds(in GlobalAddress address, ulong offset) =>
        offset < Length && (Eid.Difference(address.EidField) | ((UasidAndFlags ^ address.Uasid) & GlobalAddress.MaxUasid)) == 0;
}
