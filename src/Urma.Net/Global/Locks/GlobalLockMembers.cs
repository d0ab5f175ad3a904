using System.Globalization;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// The members of a <see cref="GlobalLock"/>, in its shared memory: per member a word (<c>generation (32) | engine while joining (24) |
/// state (8)</c>), the presence by which others
/// see it alive, its process, and a checksum, because a member that looks dead by damage would have its lock taken away.
/// </summary>
/// <remarks>Thread-safe. Nothing of it is on the way of a lock that is free.</remarks>
internal sealed unsafe class GlobalLockMembers : IDisposable
{
    private const ulong Joining = 1;
    private const ulong Joined = 2;
    private const ulong StateMask = 0xFF;
    private const ulong Generation = 1UL << 32;
    private const ulong Generations = ~(Generation - 1);
    private const int EngineShift = 8;
    private const int PresenceOffset = 8;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10);

    private readonly UrmaContext _context;
    private readonly Presence _presence;
    private readonly byte* _start;
    private readonly Watched?[] _watched = new Watched?[GlobalLockLayout.MaxMembers];
    private ulong _joined;

    public GlobalLockMembers(UrmaContext context, byte* start)
    {
        _context = context;
        _presence = context.Services.Presence;
        _start = start;
    }

    private static int ProcessOffset => PresenceOffset + Presence.Size;

    private static int ChecksumOffset => ProcessOffset + sizeof(long);

    /// <summary>Takes a free entry, or one of a member that is gone.</summary>
    /// <param name="clear">Gives up all places of a member that is gone.</param>
    /// <param name="timeout">How long to wait until it is certain that one is gone.</param>
    /// <exception cref="UrmaException">All members are there.</exception>
    public int Join(Action<int> clear, TimeSpan timeout)
    {
        long deadline = TimeLimit.After(timeout);
        while (true)
        {
            for (int member = 0; member < GlobalLockLayout.MaxMembers; member++)
            {
                ulong word = Volatile.Read(ref Word(member));
                if ((word & StateMask) == 0 && TryJoin(member, word))
                {
                    return member;
                }
            }

            for (int member = 0; member < GlobalLockLayout.MaxMembers; member++)
            {
                ulong word = Volatile.Read(ref Word(member));
                if ((word & StateMask) == Joined && IsGone(member))
                {
                    clear(member);
                    Interlocked.CompareExchange(ref Word(member), word & Generations, word);
                }
                else if ((word & StateMask) == Joining && IsEngineGone((uint)(word & ~Generations) >> EngineShift))
                {
                    // It died before it could have a place.
                    Interlocked.CompareExchange(ref Word(member), word & Generations, word);
                }
            }

            if (TimeLimit.HasPassed(deadline))
            {
                throw new UrmaException(
                    UrmaStatus.OutOfMemory, $"The lock has {GlobalLockLayout.MaxMembers} members, and none of them is gone: share a GlobalLock within a process.");
            }

            Thread.Sleep(BetweenLooks);
        }
    }

    /// <summary>Gives the entry back, where it is not another's by now. The member has no place any more.</summary>
    public void Leave(int member) => Interlocked.CompareExchange(ref Word(member), _joined & Generations, _joined);

    /// <summary>
    /// Whether a member has died or left. Never waits: the first look goes on in the background, and the member counts as there meanwhile.
    /// </summary>
    /// <exception cref="UrmaException">The entry is damaged: nobody can tell.</exception>
    public bool IsGone(int member)
    {
        ulong word = Volatile.Read(ref Word(member));
        if ((word & StateMask) != Joined)
        {
            return false;
        }

        Watched? watched = Volatile.Read(ref _watched[member]);
        if (watched is null || watched.Word != word)
        {
            Watched? fresh = Watch(member, word);
            if (fresh is null)
            {
                return false;
            }

            // Several threads look at once; a watch that another one still asks is disposed only after it was taken out.
            Watched? found = Interlocked.CompareExchange(ref _watched[member], fresh, watched);
            if (ReferenceEquals(found, watched))
            {
                watched?.Presence.Dispose();
                watched = fresh;
            }
            else
            {
                fresh.Presence.Dispose();
                watched = found!;
            }
        }

        return watched.Word == word && watched.Presence.LooksGone;
    }

    /// <summary>Whether a member that has a place is neither there nor gone: somebody wrote where nobody may.</summary>
    public bool IsImpossible(int member) =>
        member >= GlobalLockLayout.MaxMembers || (Volatile.Read(ref Word(member)) & StateMask) is 0 or > Joined;

    /// <summary>For errors: engine and process.</summary>
    public string Describe(int member)
    {
        if (IsImpossible(member))
        {
            return "an unknown member";
        }

        byte* entry = GlobalLockLayout.Member(_start, member);
        try
        {
            SegmentDescriptor of = SegmentDescriptor.Read(new ReadOnlySpan<byte>(entry + PresenceOffset, Presence.Size));
            return string.Create(CultureInfo.InvariantCulture, $"engine {of.Uasid:x6} of {of.Eid}, process {*(long*)(entry + ProcessOffset)}");
        }
        catch (UrmaException)
        {
            return "an unknown member";
        }
    }

    public void Dispose()
    {
        foreach (Watched? watched in _watched)
        {
            watched?.Presence.Dispose();
        }
    }

    private bool TryJoin(int member, ulong word)
    {
        ulong joining = ((word & Generations) + Generation) | ((ulong)_context.Uasid << EngineShift) | Joining;
        if (Interlocked.CompareExchange(ref Word(member), joining, word) != word)
        {
            return false;
        }

        byte* entry = GlobalLockLayout.Member(_start, member);
        ulong joined = (joining & Generations) | Joined;
        _presence.WriteTo(new Span<byte>(entry + PresenceOffset, Presence.Size));
        *(long*)(entry + ProcessOffset) = Environment.ProcessId;
        *(ulong*)(entry + ChecksumOffset) = Checksum(new ReadOnlySpan<byte>(entry + PresenceOffset, ChecksumOffset - PresenceOffset), joined);
        _joined = joined;
        return Interlocked.CompareExchange(ref Word(member), joined, joining) == joining;
    }

    private bool IsEngineGone(uint uasid) => uasid != _context.Uasid && _context.IsEngineGone(uasid);

    private Watched? Watch(int member, ulong word)
    {
        byte* entry = GlobalLockLayout.Member(_start, member);
        Span<byte> copy = stackalloc byte[ChecksumOffset - PresenceOffset];
        new ReadOnlySpan<byte>(entry + PresenceOffset, copy.Length).CopyTo(copy);
        ulong checksum = Volatile.Read(ref *(ulong*)(entry + ChecksumOffset));
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref Word(member)) != word)
        {
            return null;
        }

        return checksum == Checksum(copy, word)
            ? new Watched(word, new PresenceWatch(_context, _presence, copy[..Presence.Size]))
            : throw new UrmaException(
                UrmaStatus.Failed, $"Member {member} of the lock is damaged: somebody wrote into the lock's memory. Initialize it again when nobody uses it.");
    }

    private ref ulong Word(int member) => ref *(ulong*)GlobalLockLayout.Member(_start, member);

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

    private sealed record Watched(ulong Word, PresenceWatch Presence);
}
