using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>
/// Memory of several processes that can be moved to another node while they read and write it. Members find it by its name; whose
/// memory it lies in at the moment they need not know.
/// </summary>
/// <remarks>
/// Thread-safe. A read or write that lies within a granule (<see cref="PlacedMemoryOptions.GranuleLength"/>) is one: a reader never sees half
/// of it, nor anything older than a write that ended before it began, whatever moves meanwhile. Longer ones are made granule by granule.
/// <para>
/// Readers never wait for a migration, only for a writer of the same granule; writers wait while it switches. A writer that dies
/// leaves its granule half written and the others go on. A mover that dies leaves the data where it was. The member that created the
/// region keeps its directory: when it leaves, the region ends.
/// </para>
/// How it works: <c>docs/decisions/0011</c>.
/// </remarks>
public sealed partial class PlacedMemory : IDisposable
{
    private const int SpinsBeforeDoubt = 60;

    private readonly UrmaContext _context;
    private readonly SharedDirectory _directory;
    private readonly PlacedMemoryOptions _options;
    private readonly Lock _lock = new();
    private readonly int _granuleShift;
    private volatile PlacedLocation? _location;
    private bool _disposed;

    private PlacedMemory(UrmaContext context, SharedDirectory directory, PlacedMemoryOptions options)
    {
        _context = context;
        _directory = directory;
        _options = options;
        using SharedWords view = directory.Map();
        Length = view.LoadAcquire<long>(PlacedMemoryLayout.Length);
        long granule = view.LoadAcquire<long>(PlacedMemoryLayout.GranuleLength);
        if (Length < 1 || granule is < 64 or > 1 << 20 || !System.Numerics.BitOperations.IsPow2(granule)
            || view.Length < SharedDirectory.BodyStart + PlacedMemoryLayout.BodyLength(Granules(Length, granule)))
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, "The region's directory holds impossible values: it is broken.");
        }

        _granuleShift = System.Numerics.BitOperations.TrailingZeroCount(granule);
        context.Services.Add(this);
    }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Bytes that are read and written as one.</summary>
    public int GranuleLength => 1 << _granuleShift;

    /// <summary>What another member joins with: some bytes that hold the secret, too, so give them to nobody else.</summary>
    public ReadOnlyMemory<byte> Invitation => _directory.Card;

    /// <summary>How often it has been moved.</summary>
    /// <exception cref="UrmaException">The member that created it is gone.</exception>
    public long Moves
    {
        get
        {
            using SharedWords view = _directory.Map();
            return PlacedMemoryLayout.GenerationOf(view.LoadAcquire<ulong>(PlacedMemoryLayout.State)) - 1L;
        }
    }

    /// <summary>Makes a region out of a segment of this context's; its content stays. Keep the segment until the region has moved away.</summary>
    /// <param name="context">This member.</param>
    /// <param name="name">What others find it by; 1 to 64 letters, digits, '.', '-', '_'.</param>
    /// <param name="memory">Where the data lies first; peers must have the right to read and write.</param>
    /// <param name="options">How; defaults when null.</param>
    /// <exception cref="UrmaException">The name is taken, or memory ran out.</exception>
    public static PlacedMemory Create(UrmaContext context, string name, Segment memory, PlacedMemoryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Make(context, name, memory, options);
    }

    private static PlacedMemory Make(UrmaContext context, string? name, Segment memory, PlacedMemoryOptions? options)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentOutOfRangeException.ThrowIfLessThan(memory.Length, 1);
        options ??= new PlacedMemoryOptions();
        options.Validate();
        if (memory.Context != context || (memory.Access & SegmentAccess.Write) == 0)
        {
            throw new ArgumentException("The segment must be this context's, and grant reading and writing.", nameof(memory));
        }

        long granules = Granules(memory.Length, options.GranuleLength);
        SharedDirectory directory = SharedDirectory.Create(
            context, name, PlacedMemoryLayout.Kind, PlacedMemoryLayout.BodyLength(granules), made =>
            {
                using SharedWords view = made.Map();
                view.StoreRelease(PlacedMemoryLayout.Length, memory.Length);
                view.StoreRelease(PlacedMemoryLayout.GranuleLength, (long)options.GranuleLength);
                PlacedLocation.Write(view, 1, memory.Descriptor, memory.Token);
                view.StoreRelease(PlacedMemoryLayout.State, PlacedMemoryLayout.StateOf(1));
            });
        return new PlacedMemory(context, directory, options);
    }

    /// <summary>Makes a region that has no name, for fabrics without names: others join it by its <see cref="Invitation"/>.</summary>
    /// <param name="context">This member.</param>
    /// <param name="memory">Where the data lies first; peers must have the right to read and write.</param>
    /// <param name="options">How; defaults when null.</param>
    /// <exception cref="UrmaException">Memory ran out.</exception>
    public static PlacedMemory Create(UrmaContext context, Segment memory, PlacedMemoryOptions? options = null) =>
        Make(context, null, memory, options);

    /// <summary>Becomes a member of a region.</summary>
    /// <param name="context">This member.</param>
    /// <param name="invitation">Another member's <see cref="Invitation"/>.</param>
    /// <param name="options">How; defaults when null.</param>
    /// <exception cref="UrmaException">The invitation is damaged, the member that created the region is gone, or it has 64 members.</exception>
    public static PlacedMemory Join(UrmaContext context, ReadOnlySpan<byte> invitation, PlacedMemoryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Join(context, SharedDirectory.Join(context, invitation, PlacedMemoryLayout.Kind, "The invitation"), options);
    }

    /// <summary>Becomes a member of a region.</summary>
    /// <param name="context">This member.</param>
    /// <param name="name">Its name.</param>
    /// <param name="timeout">The longest wait for it to be created.</param>
    /// <param name="options">How; defaults when null.</param>
    /// <exception cref="UrmaException">There is none of this name in time, or it has 64 members.</exception>
    public static PlacedMemory Join(UrmaContext context, string name, TimeSpan timeout, PlacedMemoryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Join(context, SharedDirectory.Join(context, name, PlacedMemoryLayout.Kind, timeout), options);
    }

    private static PlacedMemory Join(UrmaContext context, SharedDirectory directory, PlacedMemoryOptions? options)
    {
        try
        {
            return new PlacedMemory(context, directory, options ?? new PlacedMemoryOptions());
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Reads.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="destination">What to fill.</param>
    /// <exception cref="GlobalMemoryException">The data cannot be reached; says why.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        GlobalMemoryStatus status = TryRead(offset, destination);
        if (status != GlobalMemoryStatus.Success)
        {
            throw new GlobalMemoryException(status, LastAddress(offset), destination.Length);
        }
    }

    /// <summary>Writes.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="source">What to write.</param>
    /// <exception cref="GlobalMemoryException">The data cannot be reached; says why.</exception>
    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        GlobalMemoryStatus status = TryWrite(offset, source);
        if (status != GlobalMemoryStatus.Success)
        {
            throw new GlobalMemoryException(status, LastAddress(offset), source.Length);
        }
    }

    /// <summary>As <see cref="Read"/>, and says how it ended instead of throwing.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="destination">What to fill.</param>
    public GlobalMemoryStatus TryRead(long offset, Span<byte> destination)
    {
        if (!IsInside(offset, destination.Length))
        {
            return GlobalMemoryStatus.InvalidRange;
        }

        try
        {
            GlobalMemoryStatus status = GlobalMemoryStatus.Success;
            for (int done = 0; done < destination.Length && status == GlobalMemoryStatus.Success;)
            {
                int step = StepAt(offset + done, destination.Length - done);
                status = ReadGranule(offset + done, destination.Slice(done, step));
                done += step;
            }

            return status;
        }
        catch (UrmaException) when (_directory.IsGone)
        {
            return GlobalMemoryStatus.OwnerLost;
        }
    }

    /// <summary>As <see cref="Write"/>, and says how it ended instead of throwing.</summary>
    /// <param name="offset">Bytes from the start.</param>
    /// <param name="source">What to write.</param>
    public GlobalMemoryStatus TryWrite(long offset, ReadOnlySpan<byte> source)
    {
        if (!IsInside(offset, source.Length))
        {
            return GlobalMemoryStatus.InvalidRange;
        }

        try
        {
            GlobalMemoryStatus status = GlobalMemoryStatus.Success;
            for (int done = 0; done < source.Length && status == GlobalMemoryStatus.Success;)
            {
                int step = StepAt(offset + done, source.Length - done);
                status = WriteGranule(offset + done, source.Slice(done, step));
                done += step;
            }

            return status;
        }
        catch (UrmaException) when (_directory.IsGone)
        {
            return GlobalMemoryStatus.OwnerLost;
        }
    }

    /// <summary>Where the data lies now.</summary>
    /// <exception cref="GlobalMemoryException">It cannot be reached.</exception>
    /// <exception cref="UrmaException">The member that created it is gone.</exception>
    public IReadOnlyList<PlacementPiece> Query()
    {
        using SharedWords view = _directory.Map();
        PlacedLocation? location = Locate(view, view.LoadAcquire<ulong>(PlacedMemoryLayout.State), out GlobalMemoryStatus fault);
        return location is null ? throw new GlobalMemoryException(fault, LastAddress(0), Length) : _context.Placement.Query(location.Address, Length);
    }

    /// <summary>Leaves the region; the creator ends it. Memory stays its owners'.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _disposed = true;
                _location?.Dispose();
                _directory.Dispose();
            }
        }

        _context.Services.Remove(this);
    }

    private static long Granules(long length, long granule) => (length + granule - 1) / granule;

    private bool IsInside(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return offset >= 0 && offset <= Length && length <= Length - offset;
    }

    private int StepAt(long offset, int left) => (int)Math.Min(left, GranuleLength - (offset & (GranuleLength - 1)));

    private GlobalAddress LastAddress(long offset) => _location is { } last && offset >= 0 && offset <= Length ? last.Address + offset : default;

    private GlobalMemoryStatus ReadGranule(long offset, Span<byte> destination)
    {
        var wait = default(SpinWait);
        long deadline = 0;
        using SharedWords view = _directory.Map();
        long at = PlacedMemoryLayout.Granule(offset >> _granuleShift);
        while (true)
        {
            ulong state = view.LoadAcquire<ulong>(PlacedMemoryLayout.State);
            ulong before = view.LoadAcquire<ulong>(at);
            if (PlacedMemoryLayout.WriterOf(before) != 0)
            {
                if (!WaitForWriter(view, at, before, ref wait, ref deadline))
                {
                    return GlobalMemoryStatus.TimedOut;
                }

                continue;
            }

            GlobalMemoryStatus status = Locate(view, state, out GlobalMemoryStatus fault) is { } location
                ? _context.Global.TryXcopy(destination, location.Address + offset)
                : fault;

            // What was read must have been read before it is looked whether it was current.
            Interlocked.MemoryBarrier();
            bool isUnchanged = view.LoadAcquire<ulong>(at) == before;
            if (isUnchanged && IsCurrent(view, state))
            {
                return status;
            }

            // One writer after the other may have it: that must not go on for ever.
            if (!isUnchanged && !Wait(ref wait, ref deadline))
            {
                return GlobalMemoryStatus.TimedOut;
            }
        }
    }

    private GlobalMemoryStatus WriteGranule(long offset, ReadOnlySpan<byte> source)
    {
        var wait = default(SpinWait);
        long deadline = 0;
        using SharedWords view = _directory.Map();
        long at = PlacedMemoryLayout.Granule(offset >> _granuleShift);
        while (true)
        {
            ulong state = view.LoadAcquire<ulong>(PlacedMemoryLayout.State);
            ulong before = view.LoadAcquire<ulong>(at);
            if ((state & PlacedMemoryLayout.IsSwitching) != 0)
            {
                if (!WaitForMover(view, state, ref wait, ref deadline))
                {
                    return GlobalMemoryStatus.TimedOut;
                }

                continue;
            }

            if (PlacedMemoryLayout.WriterOf(before) != 0)
            {
                if (!WaitForWriter(view, at, before, ref wait, ref deadline))
                {
                    return GlobalMemoryStatus.TimedOut;
                }

                continue;
            }

            PlacedLocation? location = Locate(view, state, out GlobalMemoryStatus fault);
            if (location is null && IsCurrent(view, state))
            {
                return fault;
            }

            if (location is null || view.CompareSwap(at, before, before | _directory.Member) != before)
            {
                continue;
            }

            // The swap is a full fence: either the mover sees it, or this sees that the mover has begun to switch.
            ulong now = view.LoadAcquire<ulong>(PlacedMemoryLayout.State);
            if ((now & PlacedMemoryLayout.IsSwitching) != 0 || PlacedMemoryLayout.GenerationOf(now) != location.Generation)
            {
                view.StoreRelease(at, before);
                continue;
            }

            if (CrashPoints.Enabled)
            {
                CrashPoints.Reach(CrashPoints.PlacedWrite);
            }

            GlobalMemoryStatus status = _context.Global.TryXcopy(location.Address + offset, source);
            view.StoreRelease(at, PlacedMemoryLayout.AfterWrite(before));
            return status;
        }
    }

    private static bool IsCurrent(in SharedWords view, ulong state) =>
        PlacedMemoryLayout.GenerationOf(view.LoadAcquire<ulong>(PlacedMemoryLayout.State)) == PlacedMemoryLayout.GenerationOf(state);

    // False where it takes too long. A dead writer's granule is given back as it is.
    private bool WaitForWriter(in SharedWords view, long at, ulong word, ref SpinWait wait, ref long deadline)
    {
        if (wait.Count > SpinsBeforeDoubt && PlacedMemoryLayout.WriterOf(word) is var writer && writer != _directory.Member && _directory.LooksMemberGone(writer))
        {
            _ = view.CompareSwap(at, word, PlacedMemoryLayout.AfterWrite(word));
            return true;
        }

        return Wait(ref wait, ref deadline);
    }

    // False where it takes too long. A dead mover has moved nothing.
    private bool WaitForMover(in SharedWords view, ulong state, ref SpinWait wait, ref long deadline)
    {
        if (wait.Count > SpinsBeforeDoubt)
        {
            _ = EndForDeadMover(view, state, canWait: false);
        }

        return Wait(ref wait, ref deadline);
    }

    private bool EndForDeadMover(in SharedWords view, ulong state, bool canWait) =>
        PlacedMemoryLayout.MoverOf(state) is var mover && mover != _directory.Member
        && (canWait ? _directory.IsMemberGone(mover) : _directory.LooksMemberGone(mover))
        && view.CompareSwap(PlacedMemoryLayout.State, state, PlacedMemoryLayout.StateOf(PlacedMemoryLayout.GenerationOf(state))) == state;

    private bool Wait(ref SpinWait wait, ref long deadline)
    {
        if (deadline == 0)
        {
            deadline = TimeLimit.After(_options.AccessTimeout);
        }

        wait.SpinOnce();
        return !TimeLimit.HasPassed(deadline);
    }

    // Null where it cannot be reached, or has moved on meanwhile.
    private PlacedLocation? Locate(in SharedWords view, ulong state, out GlobalMemoryStatus fault)
    {
        fault = GlobalMemoryStatus.Success;
        uint generation = PlacedMemoryLayout.GenerationOf(state);
        PlacedLocation? location = _location;
        if (location?.Generation == generation)
        {
            return location;
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            location = _location;
            if (location?.Generation == generation || !IsCurrent(view, state))
            {
                return location?.Generation == generation ? location : null;
            }

            PlacedLocation? found = PlacedLocation.TryReach(_context, view, generation, Length, out fault);
            if (found is not null && IsCurrent(view, state))
            {
                // Whoever copies from the old one finds it gone and looks again.
                _location?.Dispose();
                _location = found;
                return found;
            }

            found?.Dispose();
            return null;
        }
    }
}
