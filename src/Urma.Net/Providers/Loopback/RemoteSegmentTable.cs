using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// Imported segments in native memory, one cache line each: everything a one-sided operation checks. Written under the
/// context's lock, read by posting threads without one; a stale token never matches.
/// </summary>
internal sealed unsafe class RemoteSegmentTable : IDisposable
{
    private static readonly long TableLength = LoopbackLayout.MaxSegments * (long)sizeof(Entry);

    private readonly Stack<uint> _free = new();
    private Entry* _entries = (Entry*)SparseMemory.Allocate(TableLength);
    private uint _next;

    public Entry* Entries => _entries;

    /// <summary>Puts a segment in and returns its token.</summary>
    public ulong Add(in Entry value)
    {
        bool reused = _free.TryPop(out uint index);
        if (!reused)
        {
            if (_next == LoopbackLayout.MaxSegments)
            {
                throw new UrmaException(UrmaStatus.OutOfMemory, $"{LoopbackLayout.MaxSegments} segments are imported already: dispose some.");
            }

            index = _next++;
        }

        Entry* entry = _entries + index;
        uint generation = reused ? entry->Generation + 1 : 1;
        if (generation == 0)
        {
            generation = 1;
        }

        entry->Generation = 0;
        *entry = value with { Generation = 0 };
        Volatile.Write(ref entry->Generation, generation);
        return ((ulong)generation << 32) | index;
    }

    /// <summary>Makes the token stale. Its index stays taken until <see cref="Reuse"/>: somebody may be between check and use.</summary>
    public void Retire(ulong token)
    {
        Entry* entry = _entries + (ushort)token;
        Volatile.Write(ref entry->Generation, entry->Generation + 1);
    }

    /// <summary>Frees the index of a retired token; call when nobody can still use the entry.</summary>
    public void Reuse(ulong token) => _free.Push((ushort)token);

    public bool IsCurrent(ulong token) => _entries != null && (uint)token < _next && _entries[(uint)token].Generation == (uint)(token >> 32);

    /// <summary>Finds the entry of a token and checks the range and the grant; null where anything does not hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Entry* Find(Entry* entries, uint limit, RemoteAddress address, long length, SegmentAccess need)
    {
        uint index = (uint)address.Token;
        Entry* entry = entries + index;
        return index < limit
            && entry->Generation == (uint)(address.Token >> 32)
            && (entry->Access & need) == need
            && address.Offset <= (ulong)entry->Length
            && (ulong)length <= (ulong)entry->Length - address.Offset
            && entry->Length >= 0
            && Volatile.Read(ref *entry->EpochWord) == entry->Epoch
            ? entry
            : null;
    }

    public uint Limit => _next;

    /// <summary>Why <see cref="Find"/> refused: the owner is gone, or the grant does not cover the access.</summary>
    public CompletionStatus Explain(RemoteAddress address)
    {
        uint index = (uint)address.Token;
        return index < _next && _entries[index].Generation == (uint)(address.Token >> 32) && _entries[index].IsOwnerLost != 0
            ? CompletionStatus.AckTimeout
            : CompletionStatus.RemoteAccessAbort;
    }

    public void Dispose()
    {
        if (_entries != null)
        {
            SparseMemory.Free(_entries, TableLength);
            _entries = null;
        }
    }

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    internal struct Entry
    {
        public byte* Address;
        public long Length;
        public uint Generation;
        public uint Epoch;
        public uint* EpochWord;
        public ulong OwnerAddress;
        public SegmentAccess Access;
        public SegmentMode Mode;
        public int OwnerProcess;
        public uint SegmentIndex;
        public ushort IsOwnerLost;

        /// <summary>One more than the owner's number among the observed peers (<see cref="Control.LoopbackPeer.Observed"/>).</summary>
        public ushort Observed;

        /// <summary>See <see cref="LoopbackLinks.At"/>.</summary>
        public uint LinkNumber;
    }
}
