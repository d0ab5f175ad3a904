using System.Diagnostics;
using System.Numerics;

namespace Urma.Net.Global;

/// <summary>Who is a member of an ownership domain, and who has died.</summary>
/// <remarks>Thread-safe. Looking at a member can take as long as its process is stopped, so that is never done by a thread that waits for something else.</remarks>
internal sealed class OwnershipMembers : IDisposable
{
    private static readonly long Pause = Stopwatch.Frequency / 50;

    private readonly UrmaContext _context;
    private readonly OwnershipDirectory _directory;
    private readonly Presence _presence;
    private readonly Lock _lock = new();
    private readonly PresenceWatch?[] _watches = new PresenceWatch?[DirectoryLayout.MaxMembers];
    private readonly uint[] _identities = new uint[DirectoryLayout.MaxMembers];
    private readonly long[] _looked = new long[DirectoryLayout.MaxMembers];
    private readonly long[] _goneIdentities = new long[DirectoryLayout.MaxMembers];
    private ulong _looking;
    private volatile bool _disposed;

    public OwnershipMembers(UrmaContext context, OwnershipDirectory directory, Presence presence)
    {
        _context = context;
        _directory = directory;
        _presence = presence;
        Array.Fill(_goneIdentities, -1);
    }

    /// <summary>Whether a member is known to have died; false where nobody has looked (<see cref="Suspect"/>).</summary>
    public bool IsGone(int member) => IsGone(member, Identity(member));

    /// <summary>Whether the member that has, or had, a place under this identity is known to have died.</summary>
    public bool IsGone(int member, uint identity) => Volatile.Read(ref _goneIdentities[member]) == identity;

    /// <summary>Those of some members that are known to have died.</summary>
    public ulong Gone(ulong members)
    {
        ulong gone = 0;
        for (ulong rest = members; rest != 0; rest &= rest - 1)
        {
            int member = BitOperations.TrailingZeroCount(rest);
            gone |= IsGone(member) ? 1ul << member : 0;
        }

        return gone;
    }

    /// <summary>Has somebody look whether these are alive, soon; not again for a moment.</summary>
    public void Suspect(ulong members)
    {
        long now = Stopwatch.GetTimestamp();
        for (ulong rest = members; rest != 0; rest &= rest - 1)
        {
            int member = BitOperations.TrailingZeroCount(rest);
            ulong bit = 1ul << member;
            if (now - Volatile.Read(ref _looked[member]) > Pause && (Interlocked.Or(ref _looking, bit) & bit) == 0)
            {
                LookLater(member);
            }
        }
    }

    /// <summary>Whether a member is gone, by a look of the calling thread.</summary>
    public bool Look(int member)
    {
        try
        {
            PresenceWatch? watch = Watch(member, out uint identity);

            // Whatever names a free place is left over. Who is still joining, or cannot be read, is not gone.
            bool gone = watch?.IsGone ?? !(MemberRecord.IsJoined(identity) || MemberRecord.IsJoining(identity));

            // A watch that was disposed meanwhile says nothing.
            gone &= !_disposed;
            if (gone)
            {
                // Only this one: the place may have a new member any time.
                Volatile.Write(ref _goneIdentities[member], identity);
            }

            return gone;
        }
        finally
        {
            Volatile.Write(ref _looked[member], Stopwatch.GetTimestamp());
            _ = Interlocked.And(ref _looking, ~(1ul << member));
        }
    }

    /// <summary>How a message names a member.</summary>
    public string Describe(int member)
    {
        (uint uasid, int processId) = Identify(member);
        return processId != 0 ? $"process {processId} (engine {uasid:x6})" : $"member {member}";
    }

    /// <summary>The engine number and process a member gave; zeros where nothing can be read.</summary>
    public (uint Uasid, int ProcessId) Identify(int member)
    {
        Span<byte> presence = stackalloc byte[Presence.Size];
        try
        {
            return _directory.Member(member).TryRead(Identity(member), presence, out int processId)
                ? (SegmentDescriptor.Read(presence).Uasid, processId)
                : default;
        }
        catch (UrmaException)
        {
            return default;
        }
    }

    /// <summary>Runs something that may take long.</summary>
    public void Later(Action work) => ThreadPool.UnsafeQueueUserWorkItem(
        static state =>
        {
            try
            {
                if (!state.Members._disposed)
                {
                    state.Work();
                }
            }
            catch (ObjectDisposedException)
            {
                // The context closed meanwhile.
            }
        },
        (Members: this, Work: work),
        preferLocal: false);

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (PresenceWatch? watch in _watches)
            {
                watch?.Dispose();
            }
        }
    }

    private uint Identity(int member) => Volatile.Read(ref _directory.Member(member).Identity);

    // Not in Suspect: what a delegate captures is allocated even where nothing is queued.
    private void LookLater(int member) => Later(() => Look(member));

    private PresenceWatch? Watch(int member, out uint identity)
    {
        Span<byte> presence = stackalloc byte[Presence.Size];
        lock (_lock)
        {
            identity = Identity(member);
            if (_watches[member] is { } known && _identities[member] == identity)
            {
                return known;
            }

            _watches[member]?.Dispose();
            _watches[member] = null;
            _identities[member] = identity;
            return _watches[member] = !_disposed && _directory.Member(member).TryRead(identity, presence, out _)
                ? new PresenceWatch(_context, _presence, presence)
                : null;
        }
    }
}
