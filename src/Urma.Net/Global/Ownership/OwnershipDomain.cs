using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>
/// Memory that up to 64 members share under ownership: of each granule one member is the writer, or many are readers, or nobody is
/// anything. Ownership of any number of ranges moves in one protocol round.
/// </summary>
/// <remarks>
/// One process creates it under a name, others join. What a member owns and does not use at the moment, which is to say without an
/// open <see cref="OwnershipScope"/>, is taken by whoever asks; what is used is waited for. Requests that collide are served in the
/// order they came. A member that dies gives back what it had. When the creator dies or leaves, the memory is gone: every call of
/// the others ends with an error that says so, and what they still have mapped shows zeros of their own.
/// <para>Thread-safe.</para>
/// </remarks>
public sealed unsafe partial class OwnershipDomain : IDisposable
{
    private readonly UrmaContext _context;
    private readonly OwnershipDirectory _directory;
    private readonly OwnershipMembers _members;
    private readonly OwnershipRounds _rounds;
    private readonly OwnershipMemory _memory;
    private readonly TimeSpan _timeout;
    private readonly int _self;
    private readonly int _shift;
    private readonly OwnershipClient? _remote;
    private IDisposable? _published;
    private OwnershipHost? _host;
    private LatencyHistogram _holds;
    private long _requests;
    private long _changes;
    private long _coalesced;
    private int _scopes;
    private int _disposed;

    /// <summary>The name it was created under.</summary>
    public string Name { get; }

    /// <summary>The secret that others need to join.</summary>
    public Token Token { get; }

    /// <summary>What keeps members from touching what they do not own.</summary>
    public OwnershipEnforcement Enforcement { get; }

    /// <summary>Bytes that always have one owner together.</summary>
    public long GranuleSize { get; }

    /// <summary>Bytes of all regions together.</summary>
    public long Capacity { get; }

    /// <summary>Whether this process created it.</summary>
    public bool IsCreator { get; }

    /// <summary>How many members there are.</summary>
    public int MemberCount => _remote is null ? BitOperations.PopCount(_directory.JoinedMembers) : CountThere();

    internal string Provider => _context.Device.Provider.Name;

    /// <summary>Spans cannot be delayed by a modelled link.</summary>
    internal bool RefusesSpans { get; }

    /// <summary>Makes a region.</summary>
    /// <param name="name">1 to 64 letters, digits, '.', '-', '_'.</param>
    /// <param name="length">Bytes, more than 0; the room is rounded up to whole granules. It stays taken as long as the domain is there.</param>
    /// <exception cref="UrmaException">The name is taken (<see cref="UrmaStatus.Exists"/>), there is no room, or the domain is gone.</exception>
    public SharedRegion CreateRegion(string name, long length)
    {
        CheckName(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ThrowIfDisposed();
        if (_remote is not null)
        {
            return RegionThere(OwnershipVerb.CreateRegion, name, length);
        }

        if (!_rounds.Order.TryEnter(TimeLimit.After(_timeout), CancellationToken.None, out int holder))
        {
            ThrowIfLost();
            throw Timeout($"create region '{name}'", holder < 0 ? 0 : 1ul << holder, _timeout);
        }

        int first;
        try
        {
            first = _directory.AddRegion(name, length);
        }
        finally
        {
            _rounds.Order.Exit();
        }

        ThrowIfLost();
        return new SharedRegion(this, name, first, length);
    }

    /// <summary>Finds a region that any member made.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="UrmaException">There is none of that name, or the domain is gone.</exception>
    public SharedRegion OpenRegion(string name)
    {
        CheckName(name);
        ThrowIfDisposed();
        if (_remote is not null)
        {
            return RegionThere(OwnershipVerb.OpenRegion, name, 0);
        }

        int first = _directory.FindRegion(name, out long length);
        ThrowIfLost();
        return first >= 0
            ? new SharedRegion(this, name, first, length)
            : throw new UrmaException(UrmaStatus.InvalidArgument, $"Domain '{Name}' has no region '{name}': a member must create it first.");
    }

    /// <summary>What this member has done. Any thread, at any time.</summary>
    public OwnershipCounters GetCounters() => (_rounds?.Count() ?? default) with
    {
        Requests = Volatile.Read(ref _requests),
        Changes = Volatile.Read(ref _changes),
        Coalesced = Volatile.Read(ref _coalesced),
        Holds = _holds,
    };

    /// <summary>
    /// Leaves: what this member owns is given back, also under open scopes, which then show private memory. The creator's leaving
    /// ends the domain for all.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _published?.Dispose();
        if (_remote is { } remote)
        {
            _context.Services.Remove(this);
            Diagnostics.OwnershipTotals.Retire(this);
            remote.Dispose();
            return;
        }

        // Those it stands for leave first.
        _host?.Dispose();
        _context.PeerLost -= OnPeerLost;
        _context.Services.Remove(this);
        Diagnostics.OwnershipTotals.Retire(this);
        _rounds.Guard?.Dispose();
        if (IsCreator)
        {
            _rounds.Stop();
        }
        else
        {
            // What others may own from now on must not be what our open scopes write.
            _memory.EndData();
            _rounds.Leave(TimeLimit.After(_directory.IsAlive ? _timeout : TimeSpan.Zero));
        }

        // The watches last: one that is disposed knows nothing of its member, and looks go on until the directory is gone.
        _memory.Dispose();
        _members.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {MemberCount} members, {Capacity} bytes, {Enforcement}";

    internal OwnershipScope Open(
        SharedRegion region, long offset, long length, Ownership wanted, bool acquire, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (length <= 0 || (ulong)offset > (ulong)region.Length || length > region.Length - offset)
        {
            ThrowBadRange(offset, length, region.Length);
        }

        if (_remote is not null)
        {
            return OpenThere(region, offset, length, wanted, acquire, timeout, cancellationToken);
        }

        if (_disposed != 0 || !_rounds.IsMember)
        {
            ThrowIfDisposed();
            ThrowIfLost();
        }

        int first = region.FirstGranule + (int)(offset >> _shift);
        int end = region.FirstGranule + (int)((offset + length - 1) >> _shift) + 1;
        if (!TryPin(first, end, wanted))
        {
            if (!acquire)
            {
                ThrowNotOwner(region, offset, length, wanted);
            }

            Acquire(region, first, end, wanted, timeout, cancellationToken);
        }

        if (!_directory.IsAlive)
        {
            Unpin(first, end);
            ThrowIfLost();
        }

        if (_rounds.Guard is { } guard)
        {
            Ensure(guard, first, end, wanted);
        }

        byte* start = _memory.Data + (region.FirstGranule * GranuleSize) + offset;
        bool isSampled = (++_scopes & (OwnershipCounters.HoldSampling - 1)) == 0;
        return new OwnershipScope(this, start, length, first, end, wanted == Ownership.Write, isSampled ? Stopwatch.GetTimestamp() : 0);
    }

    internal void Close(int first, int end, long begin)
    {
        if (begin < 0)
        {
            _remote!.Close(first, end, isWritable: begin == WritesThere);
            return;
        }

        if (!_rounds.IsMember)
        {
            // The pins of this number may be another member's.
            _rounds.Pins.Silence();
        }

        for (int g = first; g < end; g++)
        {
            _rounds.Unpin(g);
        }

        if (begin != 0)
        {
            _holds.RecordShared(Elapsed.NanosecondsSince(begin));
        }
    }

    internal Ownership Held(SharedRegion region, long offset, long length)
    {
        if (length <= 0 || (ulong)offset > (ulong)region.Length || length > region.Length - offset)
        {
            ThrowBadRange(offset, length, region.Length);
        }

        if (_remote is not null)
        {
            return HeldThere(region, offset, length);
        }

        Ownership least = Ownership.Write;
        int end = region.FirstGranule + (int)((offset + length - 1) / GranuleSize) + 1;
        for (int g = region.FirstGranule + (int)(offset / GranuleSize); g < end && least != Ownership.None; g++)
        {
            least = least == Ownership.Write && _rounds.Allows(g, Ownership.Write) ? Ownership.Write
                : _rounds.Allows(g, Ownership.Read) ? Ownership.Read
                : Ownership.None;
        }

        return least;
    }

    internal nint AddressOf(SharedRegion region)
    {
        if (Enforcement != OwnershipEnforcement.PageProtection)
        {
            throw new UrmaException(
                UrmaStatus.OperationNotPermitted, "This domain checks accesses in the library, which cannot check an address: use scopes, or OwnershipEnforcement.PageProtection.");
        }

        if (RefusesSpans)
        {
            ThrowHelper.Undelayed();
        }

        return (nint)(_memory.Data + (region.FirstGranule * GranuleSize));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryPin(int first, int end, Ownership wanted)
    {
        for (int g = first; g < end; g++)
        {
            _rounds.Pins.Add(g);
            if (!_rounds.Allows(g, wanted))
            {
                Unpin(first, g + 1);
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Unpin(int first, int end)
    {
        for (int g = first; g < end; g++)
        {
            _rounds.Unpin(g);
        }
    }

    private void Ensure(PageGuard guard, int first, int end, Ownership wanted)
    {
        int error = guard.Ensure(first, end, wanted);
        if (error != 0)
        {
            Unpin(first, end);
            ThrowPages(error);
        }
    }
}
