using System.Buffers.Binary;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// A small segment that members of something find by its name: who they are, a lock for rare changes, and words of whoever uses it.
/// It lives as long as the member that made it.
/// </summary>
/// <remarks>
/// Thread-safe. A member's number is never used again while anybody could still see it as alive. Everything is read and written a word
/// at a time, so that modelled links need no exception, and numbers from it are checked: another process may have written them.
/// </remarks>
internal sealed class SharedDirectory : IDisposable
{
    /// <summary>Most members at one time.</summary>
    public const int MaxMembers = 64;

    /// <summary>Where the number of the member that has the lock stands.</summary>
    public const long LockWord = 128;

    private const ulong Magic = 0x3144_5249_4D52_5501;
    private const long MagicWord = 0;
    private const long KindWord = 8;
    private const long MembersStart = 256;
    private const int MemberLength = 128;
    private const int ClaimWord = 0;
    private const int UsesWord = 8;
    private const int PresenceStart = 16;
    private const int CardLength = 64 + sizeof(uint);
    private const int UseShift = 6;
    private const ulong MaxUse = 1023;
    private const ulong MaxNumber = (MaxUse << UseShift) | (MaxMembers - 1);
    private const ulong Ready = 1UL << 32;

    // Who claims a place says which engine it is until it is ready.
    private const int EngineShift = 40;

    private readonly UrmaContext _context;
    private readonly Segment? _own;
    private readonly TargetSegment? _import;
    private IDisposable? _published;
    private readonly Presence _presence;
    private readonly Lock _lock = new();
    private readonly Dictionary<uint, (byte[] Card, PresenceWatch Watch)> _watches = [];
    private int _disposed;

    private SharedDirectory(UrmaContext context, Segment? own, TargetSegment? import)
    {
        _context = context;
        _own = own;
        _import = import;
        _presence = context.Services.Presence;
    }

    /// <summary>Where the user's own words begin.</summary>
    public static long BodyStart => MembersStart + (MaxMembers * MemberLength);

    /// <summary>This member's number; never 0.</summary>
    public uint Member { get; private set; }

    /// <summary>Whether the member that made it has died or closed it: nothing can be agreed on any more.</summary>
    /// <remarks>Where memory is not mapped that is learnt by the first access that fails.</remarks>
    public bool IsGone => Volatile.Read(ref _disposed) != 0
        || (_import is null ? _own!.IsDisposed : _import.IsRevoked || _import.Translation is { IsPosted: true, IsCurrent: false });

    /// <summary>What others join it with, where they cannot look its name up: descriptor and token.</summary>
    public byte[] Card { get; private init; } = [];

    /// <summary>Makes one and joins it.</summary>
    /// <param name="context">Who.</param>
    /// <param name="name">What others find it by; null where they get its <see cref="Card"/> in another way.</param>
    /// <param name="kind">What it is for: others must ask for the same.</param>
    /// <param name="bodyLength">Bytes of the user's own.</param>
    /// <param name="initialise">Fills them in before anybody sees them.</param>
    public static SharedDirectory Create(UrmaContext context, string? name, ulong kind, long bodyLength, Action<SharedDirectory> initialise)
    {
        Segment segment = context.AllocateSegment(BodyStart + bodyLength);
        SharedDirectory? made = null;
        try
        {
            byte[] card = new byte[CardLength];
            segment.Descriptor.WriteTo(card);
            BinaryPrimitives.WriteUInt32LittleEndian(card.AsSpan(SegmentDescriptor.Size), segment.Token.Value);
            made = new SharedDirectory(context, segment, null) { Card = card };
            using (SharedWords view = made.Map())
            {
                view.StoreRelease(KindWord, kind);
                view.StoreRelease(MagicWord, Magic);
            }

            made.Enter();
            initialise(made);
            made._published = name is null ? null : context.Publish(name, card);
            return made;
        }
        catch
        {
            segment.Dispose();
            throw;
        }
    }

    /// <summary>Joins one.</summary>
    /// <exception cref="UrmaException">Nobody published it in time, or it is for something else.</exception>
    public static SharedDirectory Join(UrmaContext context, string name, ulong kind, TimeSpan timeout)
    {
        byte[] card = context.Lookup(name, timeout);
        return card.Length == CardLength
            ? Join(context, card, kind, name)
            : throw new UrmaException(UrmaStatus.InvalidArgument, $"'{name}' was published by something else: {card.Length} bytes.");
    }

    /// <summary>Joins one by its <see cref="Card"/>.</summary>
    /// <param name="context">Who.</param>
    /// <param name="card">From the member that made it.</param>
    /// <param name="kind">What it must be for.</param>
    /// <param name="name">What it is called in errors.</param>
    /// <exception cref="UrmaException">It cannot be reached, or is for something else.</exception>
    public static SharedDirectory Join(UrmaContext context, ReadOnlySpan<byte> card, ulong kind, string name)
    {
        if (card.Length != CardLength)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"'{name}' has {card.Length} bytes, not {CardLength}: it is damaged. Exchange it again.");
        }

        TargetSegment import = context.ImportSegment(
            SegmentDescriptor.Read(card), new Token(BinaryPrimitives.ReadUInt32LittleEndian(card[SegmentDescriptor.Size..])));
        var joined = new SharedDirectory(context, null, import) { Card = card.ToArray() };
        try
        {
            using (SharedWords view = joined.Map())
            {
                if (view.Length < BodyStart || view.LoadAcquire<ulong>(MagicWord) != Magic || view.LoadAcquire<ulong>(KindWord) != kind)
                {
                    throw new UrmaException(UrmaStatus.InvalidArgument, $"'{name}' was published by something else, or another version.");
                }
            }

            joined.Enter();
            return joined;
        }
        catch
        {
            import.Dispose();
            throw;
        }
    }

    /// <summary>Its memory; dispose the view soon.</summary>
    /// <exception cref="UrmaException">It is gone.</exception>
    public SharedWords Map()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (!_context.Capabilities.SupportsMapping)
        {
            return new SharedWords(_context.Global, _own?.GlobalAddress ?? _import!.GlobalAddress, _own?.Length ?? _import!.Length);
        }

        return new SharedWords(_own is null ? _import!.Map() : _own.Map());
    }

    /// <summary>
    /// Whether the member with a number has died or left. Numbers that nobody has count as gone. The first question about a member waits
    /// for its process, at most for the context's control timeout.
    /// </summary>
    public bool IsMemberGone(uint member) => Judge(member, static w => w.IsGone);

    /// <summary>As <see cref="IsMemberGone"/>, but never waits: a member counts as there until its process has been asked.</summary>
    public bool LooksMemberGone(uint member) => Judge(member, static w => w.LooksGone);

    /// <summary>Takes the lock for a rare change; a member that dies with it loses it.</summary>
    /// <returns>False where it was not free in time.</returns>
    public bool TryLock(TimeSpan timeout)
    {
        long deadline = TimeLimit.After(timeout);
        var wait = default(SpinWait);
        while (true)
        {
            ulong holder;
            using (SharedWords view = Map())
            {
                holder = view.CompareSwap<ulong>(LockWord, 0, Member);
            }

            if (holder == 0)
            {
                return true;
            }

            if (TimeLimit.HasPassed(deadline))
            {
                return false;
            }

            // One and the same member may hold it on another thread. What is no member's number holds nothing.
            if (wait.Count > 50 && holder != Member && (holder > MaxNumber || LooksMemberGone((uint)holder)))
            {
                using SharedWords view = Map();
                _ = view.CompareSwap<ulong>(LockWord, holder, 0);
            }

            wait.SpinOnce();
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Unlock()
    {
        using SharedWords view = Map();
        _ = view.CompareSwap<ulong>(LockWord, Member, 0);
    }

    /// <summary>Reads bytes a word at a time.</summary>
    public static void Read(in SharedWords view, long offset, Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination[i..], view.LoadAcquire<ulong>(offset + i));
        }
    }

    /// <summary>Writes bytes a word at a time.</summary>
    public static void Write(in SharedWords view, long offset, ReadOnlySpan<byte> source)
    {
        for (int i = 0; i < source.Length; i += sizeof(ulong))
        {
            view.StoreRelease(offset + i, BinaryPrimitives.ReadUInt64LittleEndian(source[i..]));
        }
    }

    public void Dispose()
    {
        if (Volatile.Read(ref _disposed) != 0)
        {
            return;
        }

        try
        {
            if (!IsGone)
            {
                using SharedWords view = Map();
                _ = view.CompareSwap(SlotOf(Member) + ClaimWord, Ready | Member, 0UL);
            }
        }
        catch (UrmaException)
        {
            // Its maker left first.
        }

        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _published?.Dispose();
        lock (_lock)
        {
            foreach ((_, PresenceWatch watch) in _watches.Values)
            {
                watch.Dispose();
            }

            _watches.Clear();
        }

        _import?.Dispose();
        _own?.Dispose();
    }

    private bool IsClaimantGone(ulong claim)
    {
        uint engine = (uint)(claim >> EngineShift);
        return engine != _context.Uasid && _context.IsEngineGone(engine);
    }

    private static long SlotOf(uint member) => MembersStart + (member % MaxMembers * MemberLength);

    private bool Judge(uint member, Func<PresenceWatch, bool> isGone)
    {
        if (member == Member)
        {
            return false;
        }

        if (member is 0 or > (uint)MaxNumber)
        {
            return true;
        }

        Span<byte> card = stackalloc byte[Presence.Size];
        PresenceWatch watch;
        lock (_lock)
        {
            using (SharedWords view = Map())
            {
                long slot = SlotOf(member);
                if (view.LoadAcquire<ulong>(slot + ClaimWord) != (Ready | member))
                {
                    return true;
                }

                Read(view, slot + PresenceStart, card);
                if (view.LoadAcquire<ulong>(slot + ClaimWord) != (Ready | member))
                {
                    // Another member's by now, perhaps.
                    return true;
                }
            }

            // Numbers come again after a thousand uses of a slot, presences never: the watch of one must not speak for another.
            uint key = member % MaxMembers;
            if (!_watches.TryGetValue(key, out (byte[] Card, PresenceWatch Watch) known) || !card.SequenceEqual(known.Card))
            {
                known.Watch?.Dispose();
                known = (card.ToArray(), new PresenceWatch(_context, _presence, card));
                _watches[key] = known;
            }

            watch = known.Watch;
        }

        return isGone(watch);
    }

    private void Enter()
    {
        Span<byte> card = stackalloc byte[Presence.Size];
        _presence.WriteTo(card);
        for (uint slot = 0; slot < MaxMembers; slot++)
        {
            using SharedWords view = Map();
            long at = SlotOf(slot);
            ulong claim = view.LoadAcquire<ulong>(at + ClaimWord);
            if (claim != 0 && !((claim & Ready) == 0 ? IsClaimantGone(claim) : IsMemberGone((uint)claim)))
            {
                continue;
            }

            ulong use = (view.FetchAdd(at + UsesWord, 1UL) % MaxUse) + 1;
            uint member = (uint)((use << UseShift) | slot);
            ulong claiming = ((ulong)_context.Uasid << EngineShift) | member;
            if (view.CompareSwap(at + ClaimWord, claim, claiming) != claim)
            {
                continue;
            }

            Write(view, at + PresenceStart, card);
            if (view.CompareSwap(at + ClaimWord, claiming, Ready | member) != claiming)
            {
                continue;
            }

            Member = member;
            return;
        }

        throw new UrmaException(UrmaStatus.OutOfMemory, $"There are {MaxMembers} members already: one must leave first.");
    }
}
