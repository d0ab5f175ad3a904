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
    private readonly long[] _generations = new long[DirectoryLayout.MaxMembers];
    private readonly long[] _looked = new long[DirectoryLayout.MaxMembers];
    private readonly long[] _goneGenerations = new long[DirectoryLayout.MaxMembers];
    private ulong _looking;
    private bool _disposed;

    public OwnershipMembers(UrmaContext context, OwnershipDirectory directory, Presence presence)
    {
        _context = context;
        _directory = directory;
        _presence = presence;
        Array.Fill(_goneGenerations, -1);
    }

    /// <summary>Whether a member is known to have died; false where nobody has looked (<see cref="Suspect"/>).</summary>
    public bool IsGone(int member) => Volatile.Read(ref _goneGenerations[member]) == Generation(member);

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
                Later(() => Look(member));
            }
        }
    }

    /// <summary>Whether a member is gone, by a look of the calling thread.</summary>
    public bool Look(int member)
    {
        try
        {
            PresenceWatch? watch = Watch(member, out long generation);

            // An even generation is a free place: whatever names it is left over. An odd one without its bit is still coming.
            bool gone = watch is null ? (generation & 1) == 0 : watch.IsGone;
            if (gone)
            {
                // Of this generation only: the place may have a new member any time.
                Volatile.Write(ref _goneGenerations[member], generation);
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
        MemberRecord record = _directory.Member(member);
        try
        {
            return $"process {record.ProcessId} (engine {SegmentDescriptor.Read(record.Presence).Uasid:x6})";
        }
        catch (UrmaException)
        {
            return $"member {member}";
        }
    }

    /// <summary>The engine number and process a member gave.</summary>
    public (uint Uasid, int ProcessId) Identify(int member)
    {
        MemberRecord record = _directory.Member(member);
        try
        {
            return (SegmentDescriptor.Read(record.Presence).Uasid, record.ProcessId);
        }
        catch (UrmaException)
        {
            return (0, record.ProcessId);
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

    private long Generation(int member) => Volatile.Read(ref _directory.Member(member).Generation);

    private PresenceWatch? Watch(int member, out long generation)
    {
        lock (_lock)
        {
            generation = Generation(member);
            if (_watches[member] is { } known && _generations[member] == generation)
            {
                return known;
            }

            _watches[member]?.Dispose();
            _watches[member] = null;
            _generations[member] = generation;
            if (((Volatile.Read(ref _directory.Members) >> member) & 1) == 0)
            {
                return null;
            }

            return _watches[member] = new PresenceWatch(_context, _presence, _directory.Member(member).Presence);
        }
    }
}
