using System.Runtime.CompilerServices;
using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>
/// A lock between processes in <see cref="Size"/> bytes of shared memory: for one writer or many readers, in the order in which they came,
/// given on when its holder dies, and with a number for every acquisition (<see cref="GlobalLockLease.Token"/>).
/// </summary>
/// <remarks>
/// One party lays it out with <see cref="Initialize(Segment, long)"/>; then every process opens it, once, and all its threads use that
/// object: up to 64 members, and up to 128 threads that hold it or wait at a time in their order; more wait for room. Thread-safe. Entering
/// and leaving a free lock is two atomic operations. Nothing allocates but an <see cref="EnterAsync(TimeSpan, CancellationToken)"/> that has to wait.
/// <para>
/// A holder that died is found by whoever waits, within some 50 ms; a stopped one keeps the lock, and those who wait time out. A thread
/// that holds it and enters again is refused. A context with a fabric model is refused unless <see cref="FabricModel.AllowUndelayedViews"/>,
/// because nothing delays the accesses to the lock.
/// </para>
/// </remarks>
public sealed unsafe partial class GlobalLock : IDisposable
{
    /// <summary>Bytes of a lock in shared memory.</summary>
    public const int Size = GlobalLockLayout.Size;

    // A sleeper wakes some twenty times in this.
    private static readonly TimeSpan ClosingPatience = TimeSpan.FromSeconds(1);

    private readonly UrmaContext _context;
    private readonly ISegmentLease _mapping;
    private readonly byte* _start;
    private readonly GlobalLockMembers _members;
    private readonly int[] _threads = new int[GlobalLockLayout.Places];
    private readonly int _member;
    private int _closed;
    private int _waiters;

    private GlobalLock(UrmaContext context, in SegmentView view)
    {
        _context = context;
        _start = (byte*)view.Address;
        _mapping = view.Lease!;
        CheckMagic(_start);
        _members = new GlobalLockMembers(context, _start);
        try
        {
            _member = _members.Join(ClearPlacesOf, context.Options.ControlTimeout);
        }
        catch
        {
            _members.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Lays out a lock that nobody holds. Nobody may use what was there before. Where it is a lock already, also a damaged one, its tokens
    /// go on, so that fences stay valid; over anything else they begin at 1, and the fences must be set to 0 with it.
    /// </summary>
    /// <param name="segment">Local memory, which must grant <see cref="SegmentAccess.All"/> to whoever is to use the lock.</param>
    /// <param name="offset">Where: <see cref="Size"/> bytes from here, a multiple of 8; of 128 is fastest.</param>
    /// <exception cref="ArgumentException">The place is not aligned or not inside the segment.</exception>
    public static void Initialize(Segment segment, long offset = 0)
    {
        ArgumentNullException.ThrowIfNull(segment);
        CheckAlignment(offset);
        using SegmentView view = segment.Map(offset, Size);
        GlobalLockLayout.Initialize((byte*)view.Address);
    }

    /// <inheritdoc cref="Initialize(Segment, long)"/>
    public static void Initialize(TargetSegment segment, long offset = 0)
    {
        ArgumentNullException.ThrowIfNull(segment);
        CheckAlignment(offset);
        using SegmentView view = MapShared(segment, offset);
        GlobalLockLayout.Initialize((byte*)view.Address);
    }

    /// <summary>Joins a lock in memory of this process.</summary>
    /// <param name="segment">Where <see cref="Initialize(Segment, long)"/> has laid it out.</param>
    /// <param name="offset">The same offset.</param>
    /// <exception cref="ArgumentException">The place is not aligned or not inside the segment.</exception>
    /// <exception cref="UrmaException">There is no lock, or it has no room for another member.</exception>
    public static GlobalLock Open(Segment segment, long offset = 0)
    {
        ArgumentNullException.ThrowIfNull(segment);
        CheckAlignment(offset);
        return Open(segment.Context, segment.Map(offset, Size));
    }

    /// <summary>Joins a lock in a peer's memory. When the peer dies, the lock ends with its memory.</summary>
    /// <param name="segment">Where a lock was laid out; its provider must map it.</param>
    /// <param name="offset">The same offset.</param>
    /// <exception cref="ArgumentException">The place is not aligned or not inside the segment.</exception>
    /// <exception cref="UrmaException">
    /// There is no lock, it has no room for another member, the segment does not grant <see cref="SegmentAccess.All"/> or cannot be mapped, or
    /// a fabric model would be gone round.
    /// </exception>
    public static GlobalLock Open(TargetSegment segment, long offset = 0)
    {
        ArgumentNullException.ThrowIfNull(segment);
        CheckAlignment(offset);
        return Open(segment.Context, MapShared(segment, offset));
    }

    /// <summary>Waits for the lock, to be alone in it.</summary>
    /// <param name="timeout">The longest wait; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellationToken">Ends the wait, within some 50 ms.</param>
    /// <exception cref="UrmaException">
    /// <see cref="UrmaStatus.TimedOut"/>: the message names the holder. <see cref="UrmaStatus.Failed"/>: the lock's memory is damaged or gone.
    /// </exception>
    /// <exception cref="LockRecursionException">This thread holds the lock already.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public GlobalLockLease Enter(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        TryEnterAtOnce(PlaceState.HoldWrite, out ulong position)
            ? Entered(position, PlaceState.HoldWrite, isFirst: true, Environment.CurrentManagedThreadId)
            : EnterContended(PlaceState.HoldWrite, timeout, Environment.CurrentManagedThreadId, cancellationToken);

    /// <summary>Waits for the lock, to share it with other readers. A writer that came earlier goes first.</summary>
    /// <inheritdoc cref="Enter"/>
    public GlobalLockLease EnterRead(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        TryEnterAtOnce(PlaceState.HoldRead, out ulong position)
            ? Entered(position, PlaceState.HoldRead, isFirst: true, Environment.CurrentManagedThreadId)
            : EnterContended(PlaceState.HoldRead, timeout, Environment.CurrentManagedThreadId, cancellationToken);

    /// <summary>Takes the lock if nobody holds it and nobody waits for it.</summary>
    /// <param name="lease">The lock, where it could be had.</param>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.Failed"/>: the lock's memory is damaged or gone.</exception>
    /// <exception cref="LockRecursionException">This thread holds the lock already.</exception>
    public bool TryEnter(out GlobalLockLease lease) => TryEnter(PlaceState.HoldWrite, out lease);

    /// <summary>Takes the lock as a reader if no writer holds it or waits for it.</summary>
    /// <inheritdoc cref="TryEnter(out GlobalLockLease)"/>
    public bool TryEnterRead(out GlobalLockLease lease) => TryEnter(PlaceState.HoldRead, out lease);

    /// <summary>As <see cref="Enter"/>, without blocking the caller. It holds no thread of the pool while it waits, but one of its own, and
    /// recursion is not seen, because what is awaited goes on on any thread.</summary>
    /// <inheritdoc cref="Enter"/>
    public ValueTask<GlobalLockLease> EnterAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        EnterAsync(PlaceState.HoldWrite, timeout, cancellationToken);

    /// <summary>As <see cref="EnterRead"/>, without blocking the caller; see <see cref="EnterAsync(TimeSpan, CancellationToken)"/>.</summary>
    /// <inheritdoc cref="Enter"/>
    public ValueTask<GlobalLockLease> EnterReadAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        EnterAsync(PlaceState.HoldRead, timeout, cancellationToken);

    /// <summary>
    /// Leaves the lock. What this object still holds is given on as if its process had died; threads that wait get an
    /// <see cref="ObjectDisposedException"/>. No thread may be entering or leaving just now.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        _context.Services.Remove(this);
        bool nobodyWaits = SpinWait.SpinUntil(() => Volatile.Read(ref _waiters) == 0, ClosingPatience);
        for (ulong index = 0; index < GlobalLockLayout.Places; index++)
        {
            ulong word = Volatile.Read(ref GlobalLockLayout.Place(_start, index));
            if (GlobalLockLayout.StateOf(word) > PlaceState.Done && GlobalLockLayout.MemberOf(word) == _member)
            {
                Clear(GlobalLockLayout.PositionOf(word, index), word);
            }
        }

        // A thread that still waits keeps the mapping, and the number that it might still use.
        if (nobodyWaits)
        {
            _members.Leave(_member);
            _members.Dispose();
            _mapping.Release();
        }
    }

    internal bool IsHeld(ulong position, PlaceState state) =>
        Volatile.Read(ref _closed) == 0
        && Volatile.Read(ref GlobalLockLayout.Place(_start, position)) == GlobalLockLayout.Word(position, _member, state);

    internal void Exit(ulong position, PlaceState state, bool isFirst, bool isRecovered)
    {
        if (Volatile.Read(ref _closed) != 0)
        {
            return;
        }

        if (isRecovered)
        {
            MarkRepaired(position, state);
        }

        // A lease that is disposed twice may be of a place that is another thread's by now.
        ulong held = GlobalLockLayout.Word(position, _member, state);
        ref ulong place = ref GlobalLockLayout.Place(_start, position);
        if (Volatile.Read(ref place) != held)
        {
            return;
        }

        _threads[position & (GlobalLockLayout.Places - 1)] = 0;
        ulong left = GlobalLockLayout.Word(position, 0, isFirst ? PlaceState.Clear : PlaceState.Done);
        if (Interlocked.CompareExchange(ref place, left, held) != held)
        {
            return;
        }

        if (CrashPoints.Enabled)
        {
            CrashPoints.Reach(CrashPoints.LockExit);
        }

        ulong next = Volatile.Read(ref GlobalLockLayout.Place(_start, position + 1));
        if (GlobalLockLayout.PositionOf(next, position + 1) > position)
        {
            WakeFrom(position + 1);
        }
    }

    // A free lock: the last place taken says that it and all before it are given up, so whoever takes the next one is in.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryEnterAtOnce(PlaceState hold, out ulong position)
    {
        position = Volatile.Read(ref Next);
        ulong before = Volatile.Read(ref GlobalLockLayout.Place(_start, position - 1));
        ref ulong place = ref GlobalLockLayout.Place(_start, position);
        ulong free = Volatile.Read(ref place);
        if (before != GlobalLockLayout.Word(position - 1, 0, PlaceState.Clear)
            || !GlobalLockLayout.IsFreeFor(free, position)
            || Volatile.Read(ref _closed) != 0
            || Interlocked.CompareExchange(ref place, GlobalLockLayout.Word(position, _member, hold), free) != free)
        {
            return false;
        }

        Volatile.Write(ref Next, position + 1);
        if (CrashPoints.Enabled)
        {
            CrashPoints.Reach(CrashPoints.LockEnter);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private GlobalLockLease Entered(ulong position, PlaceState state, bool isFirst, int thread)
    {
        _threads[position & (GlobalLockLayout.Places - 1)] = thread;
        return new GlobalLockLease(this, position, state, isFirst, isRecovered: Volatile.Read(ref Died) > Volatile.Read(ref Repaired));
    }

    private bool TryEnter(PlaceState hold, out GlobalLockLease lease)
    {
        if (TryEnterAtOnce(hold, out ulong position))
        {
            lease = Entered(position, hold, isFirst: true, Environment.CurrentManagedThreadId);
            return true;
        }

        return TryEnterContended(hold, TimeSpan.Zero, Environment.CurrentManagedThreadId, CancellationToken.None, out lease, out _);
    }

    private ValueTask<GlobalLockLease> EnterAsync(PlaceState hold, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (TryEnterAtOnce(hold, out ulong position))
        {
            return new ValueTask<GlobalLockLease>(Entered(position, hold, isFirst: true, thread: 0));
        }

        return new ValueTask<GlobalLockLease>(EnterOnOwnThread(hold, timeout, cancellationToken));
    }

    // Apart, because what the delegate captures would be allocated at the start of the method.
    private Task<GlobalLockLease> EnterOnOwnThread(PlaceState hold, TimeSpan timeout, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => EnterContended(hold, timeout, thread: 0, cancellationToken),
        cancellationToken,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);

    private ref ulong Next => ref *(ulong*)(_start + GlobalLockLayout.NextOffset);

    private ref ulong Died => ref *(ulong*)(_start + GlobalLockLayout.DiedOffset);

    private ref ulong Repaired => ref *(ulong*)(_start + GlobalLockLayout.RepairedOffset);

    private static GlobalLock Open(UrmaContext context, SegmentView view)
    {
        GlobalLock? opened = null;
        try
        {
            opened = new GlobalLock(context, view);
            context.Services.Add(opened);
            return opened;
        }
        catch
        {
            if (opened is null)
            {
                view.Dispose();
            }

            opened?.Dispose();
            throw;
        }
    }

    private static SegmentView MapShared(TargetSegment segment, long offset)
    {
        if (!segment.Context.Capabilities.SupportsMapping || !segment.Context.Capabilities.AtomicsAreGlobal)
        {
            throw new UrmaException(
                UrmaStatus.Failed, $"The provider {segment.Context.Device.Provider.GetType().Name} cannot map peers' memory with atomics, which a GlobalLock needs.");
        }

        return (segment.Access & SegmentAccess.All) == SegmentAccess.All
            ? segment.Map(offset, Size)
            : throw new UrmaException(UrmaStatus.OperationNotPermitted, "A GlobalLock needs memory that grants SegmentAccess.All.");
    }

    private static void CheckAlignment(long offset)
    {
        if ((offset & 7) != 0)
        {
            throw new ArgumentException($"A lock begins at a multiple of 8 bytes, not at {offset}.", nameof(offset));
        }
    }

    private static void CheckMagic(byte* start)
    {
        ulong magic = Volatile.Read(ref *(ulong*)start);
        if (magic != GlobalLockLayout.Magic)
        {
            const ulong WithoutVersion = (1UL << 48) - 1;
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                (magic & WithoutVersion) == (GlobalLockLayout.Magic & WithoutVersion)
                    ? $"The lock has layout version {magic >> 48}; this program knows {GlobalLockLayout.Magic >> 48}: use one version of Urma.Net."
                    : "There is no lock here: call GlobalLock.Initialize first, and give the same offset.");
        }
    }
}
