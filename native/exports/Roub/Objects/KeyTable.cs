using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>
/// What the keys of memory regions mean. A key, local and remote alike, is the number of the engine's segment (16 bits), a count that
/// tells its uses apart (12 bits), and the rights, which are those of <c>ibv_access_flags</c> (4 bits); count and rights together are
/// the segment's secret, so a key of a region that is gone opens nothing.
/// </summary>
internal sealed unsafe class KeyTable : IDisposable
{
    private const int IndexBits = 16;
    private const int RightsShift = 28;
    private const uint CountMask = (1u << (RightsShift - IndexBits)) - 1;

    // An engine's token that no segment has.
    private const ulong NoToken = ulong.MaxValue;

    private static readonly long Length = (1L << IndexBits) * sizeof(Entry);
    private static uint _count = (uint)Entropy.Next();

    private readonly Entry* _entries = (Entry*)SparseMemory.Allocate(Length);

    /// <summary>The segment's number within its owner.</summary>
    public static uint IndexOf(uint key) => (ushort)key;

    /// <summary>What opens the segment.</summary>
    public static Token SecretOf(uint key) => new(key >> IndexBits);

    /// <summary>Whether a key grants a right.</summary>
    public static bool Grants(uint key, ibv_access_flags right) => ((key >> RightsShift) & (uint)right) != 0;

    /// <summary>The secret of a new region; the number follows when its segment is made.</summary>
    public static uint NextSecret(ibv_access_flags access)
    {
        uint count = Interlocked.Increment(ref _count) & CountMask;
        return (count == 0 ? Interlocked.Increment(ref _count) & CountMask : count) | (((uint)access & 0xf) << (RightsShift - IndexBits));
    }

    /// <summary>Puts a region in.</summary>
    /// <param name="secret">From <see cref="NextSecret"/>.</param>
    /// <param name="token">The engine's.</param>
    /// <param name="domain">The protection domain's number.</param>
    /// <param name="delta">What to add to an address in a request to get that of the memory.</param>
    /// <returns>The key.</returns>
    public uint Add(uint secret, ulong token, uint domain, long delta)
    {
        uint key = (secret << IndexBits) | (ushort)token;
        Entry* entry = _entries + (ushort)token;
        entry->Token = token;
        entry->Delta = delta;
        entry->Domain = domain;
        Volatile.Write(ref entry->Key, key);
        return key;
    }

    public void Remove(uint key) => Volatile.Write(ref (_entries + IndexOf(key))->Key, 0);

    /// <summary>The range that an element of a request names; one that no segment contains where the key does not cover it.</summary>
    /// <param name="piece">The element.</param>
    /// <param name="domain">The protection domain of the queue.</param>
    /// <param name="written">Whether the memory will be written to.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SegmentRange Range(ibv_sge* piece, uint domain, bool written)
    {
        Entry* entry = _entries + IndexOf(piece->lkey);
        return entry->Key == piece->lkey && entry->Domain == domain && (!written || Grants(piece->lkey, ibv_access_flags.IBV_ACCESS_LOCAL_WRITE))
            ? new SegmentRange((nint)piece->addr + (nint)entry->Delta, piece->length, entry->Token)
            : new SegmentRange((nint)piece->addr, piece->length, NoToken);
    }

    public void Dispose() => SparseMemory.Free(_entries, Length);

    [StructLayout(LayoutKind.Sequential, Size = 32)]
    private struct Entry
    {
        public ulong Token;
        public long Delta;
        public uint Key;
        public uint Domain;
    }
}
