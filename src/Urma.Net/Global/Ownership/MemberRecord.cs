using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>One member's place in the directory.</summary>
internal readonly unsafe struct MemberRecord(byte* start)
{
    // Of two places for what a member says of itself, successive members use the other one: somebody who was stopped while
    // joining, and comes too late, spoils nothing.
    private const int SelfOffset = 16;
    private const int SelfSize = 112;
    private const int SignalOffset = 256;
    private const int AgentOffset = 384;
    private const int AsksOffset = 512;
    private const uint StateMask = 3;
    private const uint Joining = 1;
    private const uint Joined = 2;
    private const uint Turn = 4;

    private readonly byte* _start = start;

    /// <summary>
    /// Whose place this is: how many members have had it, and whether it is free, claimed or joined. Changed only by a
    /// compare-and-swap from the exact word, so whoever was overtaken finds out; no word comes twice.
    /// </summary>
    public ref uint Identity => ref *(uint*)_start;

    public static bool IsJoined(uint identity) => (identity & StateMask) == Joined;

    public static bool IsJoining(uint identity) => (identity & StateMask) == Joining;

    /// <summary>Takes the place, as it was seen.</summary>
    public bool TryClaim(uint seen, out uint claimed)
    {
        claimed = ((seen & ~StateMask) + Turn) | Joining;
        return Interlocked.CompareExchange(ref Identity, claimed, seen) == seen;
    }

    /// <summary>Shows who has taken it.</summary>
    /// <returns>False where the claim took so long that another has the place now.</returns>
    public bool TryJoin(uint claimed, ReadOnlySpan<byte> presence, int processId, out uint joined)
    {
        joined = (claimed & ~StateMask) | Joined;
        Span<byte> self = Self(joined);
        presence[..Presence.Size].CopyTo(self);
        BinaryPrimitives.WriteInt32LittleEndian(self[Presence.Size..], processId);
        BinaryPrimitives.WriteUInt64LittleEndian(self[^8..], Checksum(self[..^8], joined));
        return Interlocked.CompareExchange(ref Identity, joined, claimed) == claimed;
    }

    /// <summary>Makes the place free.</summary>
    /// <returns>False where it is another's already.</returns>
    public bool TryVacate(uint joined) => Interlocked.CompareExchange(ref Identity, joined & ~StateMask, joined) == joined;

    /// <summary>Copies what a member wrote of itself.</summary>
    /// <param name="joined">Which member.</param>
    /// <param name="presence">Where to; <see cref="Presence.Size"/> bytes.</param>
    /// <param name="processId">The process, for messages only.</param>
    /// <returns>False where somebody wrote over it, or the place is another's: nothing can be told from it.</returns>
    public bool TryRead(uint joined, Span<byte> presence, out int processId)
    {
        Span<byte> copy = stackalloc byte[SelfSize];
        Self(joined).CopyTo(copy);
        copy[..Presence.Size].CopyTo(presence);
        processId = BinaryPrimitives.ReadInt32LittleEndian(copy[Presence.Size..]);
        Interlocked.MemoryBarrier();
        return IsJoined(joined) && Volatile.Read(ref Identity) == joined
            && BinaryPrimitives.ReadUInt64LittleEndian(copy[^8..]) == Checksum(copy[..^8], joined);
    }

    /// <summary>Counts what happened that this member's waiting threads want to know.</summary>
    public int* Signal => (int*)(_start + SignalOffset);

    /// <summary>How many of its threads sleep on <see cref="Signal"/>.</summary>
    public int* Sleepers => (int*)(_start + SignalOffset + 4);

    /// <summary>Counts what the member's agent has to look at.</summary>
    public int* AgentSignal => (int*)(_start + AgentOffset);

    /// <summary>Members that ask this one to lower its protection.</summary>
    public ref ulong Askers => ref *(ulong*)(_start + AgentOffset + 8);

    /// <summary>Which request slots of a member ask.</summary>
    public ref ulong AskedSlots(int asker) => ref *(ulong*)(_start + AsksOffset + (asker * sizeof(ulong)));

    /// <summary>Has this member's waiting threads look again.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Wake()
    {
        Interlocked.Increment(ref *Signal);
        if (Volatile.Read(ref *Sleepers) != 0)
        {
            _ = Futex.Wake(Signal, int.MaxValue);
        }
    }

    /// <summary>Has this member's agent look at a request slot of another.</summary>
    public void Ask(int asker, int slot)
    {
        _ = Interlocked.Or(ref AskedSlots(asker), 1ul << slot);
        _ = Interlocked.Or(ref Askers, 1ul << asker);
        WakeAgent();
    }

    private Span<byte> Self(uint identity) => new(_start + SelfOffset + ((identity & Turn) != 0 ? SelfSize : 0), SelfSize);

    // FNV-1a.
    private static ulong Checksum(ReadOnlySpan<byte> bytes, ulong seed)
    {
        ulong hash = 14695981039346656037 ^ seed;
        foreach (byte value in bytes)
        {
            hash = unchecked((hash ^ value) * 1099511628211);
        }

        return hash;
    }

    public void WakeAgent()
    {
        Interlocked.Increment(ref *AgentSignal);
        _ = Futex.Wake(AgentSignal, 1);
    }
}
