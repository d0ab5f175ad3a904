using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Urma.Net.Internal;

/// <summary>
/// What a token of a work request means: a native object (or its key) and its range, in native memory so that a check is a few loads. Written
/// under a lock, read by posting threads without one; a stale token never matches.
/// </summary>
internal sealed unsafe class HandleTable : IDisposable
{
    /// <summary>Entries at once.</summary>
    public const int Capacity = 1 << IndexBits;

    private const int IndexBits = 16;

    private static readonly long TableLength = Capacity * (long)sizeof(Entry);

    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private Entry* _entries = (Entry*)SparseMemory.Allocate(TableLength);
    private int _next;

    /// <summary>Puts an object in and returns its token, which is never 0.</summary>
    /// <param name="handle">The native object, or its key.</param>
    /// <param name="start">The first address that belongs to it, where its owner sees it.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="what">For the message when there is no room.</param>
    public ulong Add(nint handle, ulong start, long length, string what)
    {
        lock (_lock)
        {
            if (!_free.TryPop(out int index))
            {
                if (_next == Capacity)
                {
                    throw new UrmaException(UrmaStatus.OutOfMemory, $"{Capacity} {what} are open already: dispose some.");
                }

                index = _next++;
            }

            Entry* entry = _entries + index;
            entry->Start = start;
            entry->Length = length;
            entry->Route = 0;
            entry->Handle = handle;
            Volatile.Write(ref entry->Generation, entry->Generation + 1);
            return (entry->Generation << IndexBits) | (uint)index;
        }
    }

    /// <summary>Makes the token stale. Its place stays taken until <see cref="Reuse"/>: a thread may be between check and use.</summary>
    public void Retire(ulong token)
    {
        Entry* entry = _entries + (token & (Capacity - 1));
        Volatile.Write(ref entry->Generation, entry->Generation + 1);
    }

    /// <summary>Gives the place of a retired token to others.</summary>
    public void Reuse(ulong token)
    {
        lock (_lock)
        {
            _free.Push((int)(token & (Capacity - 1)));
        }
    }

    /// <summary>Sets the way to the owner of all imported memory that begins at an engine.</summary>
    public void SetRoute(ulong token, nint route)
    {
        Entry* entry = Find(token);
        if (entry != null)
        {
            entry->Route = route;
        }
    }

    /// <summary>The entry of a token; null where it is stale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Entry* Find(ulong token)
    {
        Entry* entry = _entries + (token & (Capacity - 1));
        return entry->Generation == token >> IndexBits && token != 0 ? entry : null;
    }

    public void Dispose()
    {
        if (_entries != null)
        {
            SparseMemory.Free(_entries, TableLength);
            _entries = null;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Entry
    {
        /// <summary>The native object, or the key by which the device knows it.</summary>
        public nint Handle;
        public ulong Start;
        public long Length;

        /// <summary>For imported memory and jetties: what the provider wants to know for the way there; 0 where none is known.</summary>
        public nint Route;

        /// <summary>What the owner grants, as <see cref="SegmentAccess"/>, where the provider keeps it here.</summary>
        public uint Rights;

        /// <summary>48 bits, odd while there is something: with the index it makes up the whole token.</summary>
        public ulong Generation;
    }
}
