using System.Runtime.InteropServices;

namespace Urma.Net.Global;

/// <summary>What the directory holds for one granule. Bits of a mask are members.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GranuleRecord
{
    public const int Size = 32;

    /// <summary>
    /// A <see cref="GranuleState"/>. Written by whoever holds the order, and while it is pending by the requester it names; plain
    /// stores, so that those of a batch overlap.
    /// </summary>
    public ulong State;

    /// <summary>Members that have a scope open on it, or look whether they may. Each changes its own bit, whenever it likes.</summary>
    public ulong Pins;

    /// <summary>Members that may read, where the state is held for reading. Written like <see cref="State"/>.</summary>
    public ulong Readers;

    /// <summary>Nobody reads it: a store here fetches the line for writing without waiting for it.</summary>
    public ulong Touch;
}
