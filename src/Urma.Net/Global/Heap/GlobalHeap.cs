using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>
/// Memory of N ranks in one range of addresses, which is the same in all of them: every rank gives a slice, maps everybody's, and follows
/// a <see cref="GlobalPointer{T}"/> as it would a local one.
/// </summary>
/// <remarks>
/// Joining, <see cref="Barrier"/>, <see cref="Leave"/> and symmetric calls are collective: every rank makes them, in the same order, each
/// from one thread at a time. Everything else is thread-safe. The provider must map peers' memory. Nothing delays accesses
/// through pointers: a context with a fabric model is refused unless <see cref="FabricModel.AllowUndelayedViews"/>, and
/// <see cref="GoesRoundFabricModel"/> says so.
/// <para>
/// When a rank dies, the others keep running: its slice reads as zeros and takes stores that nobody sees, at the same addresses;
/// <see cref="RankLost"/> and <see cref="IsRankAlive"/> tell, and collective calls fail with <see cref="RankLostException"/>.
/// </para>
/// </remarks>
public sealed unsafe partial class GlobalHeap : IDisposable
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(50);

    // Who sleeps in a collective call wakes some twenty times in this.
    private static readonly TimeSpan ClosingPatience = TimeSpan.FromSeconds(1);

    private readonly UrmaContext _context;
    private readonly GlobalHeapOptions _options;
    private readonly HeapShape _shape;
    private readonly PresenceWatch?[] _watches;
    private readonly TargetSegment?[] _imports;
    private readonly int[] _lost;
    private readonly BuddyAllocator _symmetric;
    private readonly BuddyAllocator _local;
    private readonly Lock _symmetricLock = new();
    private AddressReservation? _reservation;
    private IDisposable? _published;
    private HeapBoard? _board;
    private Segment? _slice;
    private ulong _barriers;
    private uint _symmetricCalls;
    private uint _symmetricHash;
    private int _closed;
    private int _joined;
    private int _released;

    // Threads inside collective calls, and the heap itself.
    private int _boardUsers = 1;

    private GlobalHeap(UrmaContext context, GlobalHeapOptions options)
    {
        _context = context;
        _options = options;
        _shape = HeapShape.Of(options);
        _watches = new PresenceWatch?[options.Size];
        _imports = new TargetSegment?[options.Size];
        _lost = new int[options.Size];
        _symmetric = new BuddyAllocator(0, _shape.SymmetricLength);
        try
        {
            _local = new BuddyAllocator(_shape.SymmetricLength, _shape.SliceLength);
        }
        catch
        {
            _symmetric.Dispose();
            throw;
        }
    }

    /// <summary>A rank died or closed its context. Raised once per rank, on a pool thread.</summary>
    public event EventHandler<RankLostEventArgs>? RankLost;

    /// <summary>Which rank this process is.</summary>
    public int Rank => _options.Rank;

    /// <summary>How many ranks there are.</summary>
    public int Size => _options.Size;

    /// <summary>Bytes per rank, whole pages.</summary>
    public long SliceLength => _shape.SliceLength;

    /// <summary>Where rank 0's slice begins, in every rank.</summary>
    public nint Base { get; private set; }

    /// <summary>Whether the context has a fabric model, which accesses through pointers go round.</summary>
    public bool GoesRoundFabricModel => _context.Options.IsModelled;

    /// <summary>This rank's slice, for work requests and for what is built on segments.</summary>
    public Segment LocalSlice => _slice!;

    /// <summary>Another rank's slice, for work requests and for what is built on segments.</summary>
    /// <param name="rank">Another rank.</param>
    public TargetSegment RemoteSlice(int rank)
    {
        CheckRank(rank);
        return _imports[rank] ?? throw new ArgumentException($"Rank {rank} is this rank: use LocalSlice.", nameof(rank));
    }

    /// <summary>Whether an address lies in a slice.</summary>
    /// <param name="address">Any address.</param>
    public bool Contains(nint address)
    {
        ulong offset = (ulong)(address - Base);
        return offset < (ulong)(_shape.Stride * Size) && offset % (ulong)_shape.Stride < (ulong)SliceLength;
    }

    /// <summary>Whose slice an address lies in.</summary>
    /// <param name="address">An address in the heap.</param>
    /// <exception cref="ArgumentException">It lies in none.</exception>
    public int RankOf(nint address)
    {
        CheckAddress(address);
        return (int)((address - Base) / _shape.Stride);
    }

    /// <summary>Whose slice a pointer leads to.</summary>
    /// <inheritdoc cref="RankOf(nint)"/>
    public int RankOf<T>(GlobalPointer<T> pointer)
        where T : unmanaged => RankOf(pointer.Address);

    /// <summary>How many bytes from the start of its slice an address lies.</summary>
    /// <param name="address">An address in the heap.</param>
    /// <exception cref="ArgumentException">It lies in no slice.</exception>
    public long OffsetOf(nint address)
    {
        CheckAddress(address);
        return (address - Base) % _shape.Stride;
    }

    /// <summary>How many bytes from the start of its slice a pointer leads to.</summary>
    /// <inheritdoc cref="OffsetOf(nint)"/>
    public long OffsetOf<T>(GlobalPointer<T> pointer)
        where T : unmanaged => OffsetOf(pointer.Address);

    /// <summary>A place by rank and offset.</summary>
    /// <typeparam name="T">What is there.</typeparam>
    /// <param name="rank">0 to <see cref="Size"/> − 1.</param>
    /// <param name="offset">Bytes from the start of its slice; not checked for alignment.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rank, or a <typeparamref name="T"/> there would not lie in its slice.</exception>
    public GlobalPointer<T> At<T>(int rank, long offset)
        where T : unmanaged
    {
        CheckRank(rank);
        if (offset < 0 || offset > SliceLength - sizeof(T))
        {
            ThrowHelper.OutOfRange(offset, sizeof(T), SliceLength);
        }

        return new GlobalPointer<T>((nint)(Base + (rank * _shape.Stride) + offset));
    }

    /// <summary>An address as its owner's, for copies.</summary>
    /// <param name="address">An address in the heap.</param>
    /// <exception cref="ArgumentException">It lies in no slice.</exception>
    public GlobalAddress ToGlobalAddress(nint address)
    {
        int rank = RankOf(address);
        return rank == Rank
            ? new GlobalAddress(_context.Eid, _context.Uasid, (ulong)address)
            : new GlobalAddress(_watches[rank]!.Eid, _watches[rank]!.Uasid, (ulong)address);
    }

    /// <summary>Whether a rank has neither died nor left.</summary>
    /// <param name="rank">0 to <see cref="Size"/> − 1.</param>
    public bool IsRankAlive(int rank)
    {
        CheckRank(rank);
        return rank == Rank
            ? Volatile.Read(ref _closed) == 0
            : Volatile.Read(ref _lost[rank]) == 0 && _imports[rank] is { IsRevoked: false };
    }

    /// <summary>Waits until all ranks have called it as often as this one. What they stored before is seen after.</summary>
    /// <param name="timeout">
    /// The longest wait. After it this rank still counts as having come, so that others may get through: make the call again, which is
    /// the same one, or leave.
    /// </param>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.TimedOut"/>: some ranks have not come; the message names them.</exception>
    /// <exception cref="RankLostException">A rank that has not come has died or left, or rank 0 has.</exception>
    public void Barrier(TimeSpan timeout)
    {
        long deadline = TimeLimit.After(timeout);
        EnterBoard();
        try
        {
            _board!.Tell(Rank, HeapBoard.Arrived, _barriers + 1);
            AwaitAll(HeapBoard.Arrived, _barriers + 1, deadline, $"come to the barrier within {timeout}");
            _barriers++;
        }
        finally
        {
            ExitBoard();
        }
    }

    /// <summary>
    /// Waits until all ranks that are alive want to leave, then ends this rank's part: pointers into the heap must not be used any more.
    /// </summary>
    /// <param name="timeout">The longest wait; after it the rank is still in and may try again or <see cref="Dispose"/>.</param>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.TimedOut"/>: some ranks do not leave; the message names them.</exception>
    public void Leave(TimeSpan timeout)
    {
        EnterBoard();
        try
        {
            AgreeToLeave(timeout);
        }
        finally
        {
            ExitBoard();
        }

        Dispose();
    }

    /// <summary>
    /// Ends this rank's part without waiting for the others, for whom its slice is then lost. Threads inside a collective call get an
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        if (Volatile.Read(ref _joined) == 0)
        {
            // The context closes while a thread joins: that thread sees it and releases what it has made.
            SpinWait.SpinUntil(() => Volatile.Read(ref _released) != 0, ClosingPatience);
            return;
        }

        if (_board is { IsGone: false } board && board.StageOf(Rank) is not (HeapStage.Failed or HeapStage.Left))
        {
            board.Tell(Rank, HeapBoard.Stage, (ulong)HeapStage.Left);
        }

        SpinWait.SpinUntil(() => Volatile.Read(ref _boardUsers) == 1, ClosingPatience);
        Release();
    }

    private void AgreeToLeave(TimeSpan timeout)
    {
        if (_board!.IsGone)
        {
            return;
        }

        long deadline = TimeLimit.After(timeout);
        _board.Tell(Rank, HeapBoard.Stage, (ulong)HeapStage.Leaving);
        AwaitAll(HeapBoard.Stage, (ulong)HeapStage.Leaving, deadline, $"begun to leave within {timeout}", toleratesLoss: true);
        _board.Tell(Rank, HeapBoard.Stage, (ulong)HeapStage.Left);
        if (Rank == 0)
        {
            // What all the others look at is rank 0's: it goes last.
            AwaitAll(HeapBoard.Stage, (ulong)HeapStage.Left, deadline, $"left within {timeout}", toleratesLoss: true);
        }
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
        {
            return;
        }

        _context.PeerLost -= OnPeerLost;
        _context.Services.Remove(this);
        _published?.Dispose();
        Array.ForEach(_imports, static i => i?.Dispose());
        _slice?.Dispose();
        _reservation?.Dispose();
        _board?.Close();
        ExitBoard();
        Array.ForEach(_watches, static w => w?.Dispose());
        _symmetric.Dispose();
        _local.Dispose();
    }

    private void OnPeerLost(object? sender, PeerLostEventArgs lost)
    {
        for (int rank = 0; rank < Size; rank++)
        {
            if (_watches[rank] is { IsOwn: false } watch && watch.Uasid == lost.Uasid && watch.Eid == lost.Eid
                && Interlocked.Exchange(ref _lost[rank], 1) == 0)
            {
                RankLost?.Invoke(this, new RankLostEventArgs(rank, lost.Reason));
            }
        }
    }

    private void CheckRank(int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, Size);
    }

    private void CheckAddress(nint address)
    {
        if (!Contains(address))
        {
            throw new ArgumentException($"The address 0x{address:x} lies in no slice of heap '{_options.Name}', which begins at 0x{Base:x}.", nameof(address));
        }
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) != 0, this);
}
