using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// What a work request's local token means: base, length and generation of each registered segment, in native memory so that a
/// check is three loads. Written under the context's lock, read by posting threads without one.
/// </summary>
internal sealed unsafe class LocalSegmentTable : IDisposable
{
    private const int IndexBits = 16;

    private static readonly long TableLength = LoopbackLayout.MaxSegments * (long)sizeof(Entry);

    private Entry* _entries = (Entry*)SparseMemory.Allocate(TableLength);

    public Entry* Entries => _entries;

    /// <summary>Puts a segment in and returns its token.</summary>
    public ulong Set(uint index, byte* address, long length, bool canReceive)
    {
        Entry* entry = _entries + index;
        entry->Address = address;
        entry->Length = length;
        entry->CanReceive = canReceive ? 1u : 0u;
        entry->IsReceiveBuffer = 0;
        ulong generation = entry->Generation + 1;
        Volatile.Write(ref entry->Generation, generation);
        return (generation << IndexBits) | index;
    }

    /// <summary>Makes the token stale.</summary>
    public void Clear(uint index)
    {
        Entry* entry = _entries + index;
        Volatile.Write(ref entry->Generation, entry->Generation + 1);
        entry->Length = -1;
    }

    /// <summary>Whether a range lies inside the registered segment that its token names.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Contains(Entry* entries, in SegmentRange range)
    {
        Entry* entry = entries + (ushort)range.Token;
        ulong offset = (ulong)((byte*)range.Address - entry->Address);
        return entry->Generation == range.Token >> IndexBits
            && entry->Length >= 0
            && offset <= (ulong)entry->Length
            && (ulong)range.Length <= (ulong)entry->Length - offset;
    }

    public void Dispose()
    {
        if (_entries != null)
        {
            SparseMemory.Free(_entries, TableLength);
            _entries = null;
        }
    }

    [StructLayout(LayoutKind.Sequential, Size = 32)]
    internal struct Entry
    {
        public byte* Address;
        public long Length;

        /// <summary>48 bits: with the index it makes up the whole token, and it never comes round.</summary>
        public ulong Generation;

        /// <summary>Whether peers may write to it, as a sender must.</summary>
        public uint CanReceive;

        /// <summary>Whether it has been posted as a receive buffer: only then may senders fetch it without its own token.</summary>
        public uint IsReceiveBuffer;
    }
}
