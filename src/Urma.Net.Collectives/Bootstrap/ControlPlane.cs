using Urma.Net.Internal;

namespace Urma.Net.Collectives.Bootstrap;

/// <summary>Joins the ranks of a communicator: they exchange blobs, and hear of each other's faults and ends. Not for the path of operations.</summary>
/// <remarks>Thread-safe. A background thread of its own listens to the hub.</remarks>
internal sealed partial class ControlPlane : IDisposable
{
    /// <summary>The longest blob of one rank in an exchange, in bytes.</summary>
    public const int MaximumBlob = 16 << 20;

    private readonly Lock _exchangeGate = new();
    private readonly ControlHub? _hub;
    private readonly int _rank;
    private readonly int _size;
    private bool _hasLeft;
    private int _disposed;

    private ControlPlane(UniqueId id, int rank, int size, IControlListener listener, ControlLink link, HubIdentity hubIdentity)
    {
        (_rank, _size, _listener, _link, _hubIdentity) = (rank, size, listener, link, hubIdentity);
        _thread = new Thread(Run) { IsBackground = true, Name = "urma-coll-control" };
        _epoller.Add(_link.Descriptor, LinkToken);
        _hub = hubIdentity.IsThisProcess ? ControlHub.Find(id) : null;
        _hub?.Enter();
    }

    /// <summary>What ended the communicator; null while all is well.</summary>
    public CommunicatorFault? Fault
    {
        get
        {
            lock (_gate)
            {
                return _fault;
            }
        }
    }

    /// <summary>Meets the other ranks; returns when all have come.</summary>
    /// <param name="id">The same at all ranks.</param>
    /// <param name="rank">From 0 to <paramref name="size"/> − 1; no other has it.</param>
    /// <param name="size">How many ranks there are, at most 4096; the same at all.</param>
    /// <param name="listener">Hears of faults, perhaps before this method returns or throws.</param>
    /// <param name="timeout">How long to wait for the others.</param>
    /// <param name="cancellationToken">Gives up; the others hear of it.</param>
    /// <exception cref="CollectiveException">Ranks are missing (named), one is there twice, sizes differ, or a rank ended.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ControlPlane Connect(UniqueId id, int rank, int size, IControlListener listener, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (id.IsEmpty)
        {
            throw new ArgumentException("The id is empty: make one with UniqueId.Create and give it to all ranks.", nameof(id));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, ControlLimits.MaximumRanks);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, size);
        Deadline deadline = Deadline.After(timeout);
        var connector = new HubConnector(id, rank, size, deadline, cancellationToken);
        ControlLink link = connector.Connect(out HubIdentity hub);
        ControlPlane plane;
        try
        {
            plane = new ControlPlane(id, rank, size, listener, link, hub);
        }
        catch
        {
            link.Dispose();
            throw;
        }

        plane._thread.Start();
        try
        {
            plane.Await(static p => p._isReady, deadline, $"joining a communicator of {size}", timeout, cancellationToken);
            return plane;
        }
        catch
        {
            plane.Dispose();
            throw;
        }
    }

    /// <summary>Exchanges blobs: a collective call, matched by order.</summary>
    /// <param name="mine">This rank's; at most <see cref="MaximumBlob"/> bytes.</param>
    /// <param name="tag">What the exchange is for. Ranks that exchange for different purposes get a <see cref="CommunicatorFaultKind.Mismatch"/>.</param>
    /// <param name="timeout">When it is over, the communicator has failed.</param>
    /// <param name="cancellationToken">When cancelled, the communicator has failed: the others wait for this rank's part.</param>
    /// <returns>The blobs of all ranks, by rank.</returns>
    /// <exception cref="ArgumentException">The blob is too long.</exception>
    /// <exception cref="CollectiveException">The communicator failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public byte[][] AllGather(ReadOnlySpan<byte> mine, int tag, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (mine.Length > MaximumBlob)
        {
            throw new ArgumentException($"A blob of {mine.Length} bytes is too long for an exchange: {MaximumBlob} may be.", nameof(mine));
        }

        cancellationToken.ThrowIfCancellationRequested();
        lock (_exchangeGate)
        {
            byte[] frame = new FrameWriter(FrameKind.Part).Number(tag).Raw(mine).ToFrame();
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed != 0 || _hasLeft, this);
                ThrowIfFailed();
                Post(frame);
            }

            Await(static p => p._parts is not null, Deadline.After(timeout), $"an exchange for tag {tag}", timeout, cancellationToken);
            lock (_gate)
            {
                byte[][] parts = _parts!;
                _parts = null;
                return parts;
            }
        }
    }

    /// <summary>Reports a fault; returns at once. All ranks, this one too, hear of the first that was reported.</summary>
    /// <param name="fault">
    /// What happened. After <see cref="CommunicatorFaultKind.Timeout"/> and <see cref="CommunicatorFaultKind.Mismatch"/> all ranks are asked what they are
    /// doing, which takes up to half a second. Of a long message (4096 bytes) the beginning is passed on.
    /// </param>
    public void Report(CommunicatorFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        lock (_gate)
        {
            if (_fault is null && _reported is null && !_isOver)
            {
                _reported = fault;
                _reportEnd = Environment.TickCount64 + ControlLimits.Report;
                Post(new FrameWriter(FrameKind.Report).Number((int)fault.Kind).Number(fault.Rank).Text(fault.Message).ToFrame());
            }
        }
    }

    /// <summary>Ends this rank's part in order: it is not lost when it goes. Returns quietly also when the communicator has failed.</summary>
    /// <param name="timeout">
    /// How long to wait for the others where that is needed: the process that joins the ranks together stays until all have left, so the last of its
    /// ranks waits here. The other ranks do not wait.
    /// </param>
    public void Leave(TimeSpan timeout)
    {
        lock (_gate)
        {
            if (_hasLeft || _disposed != 0)
            {
                return;
            }

            _hasLeft = true;
            if (_fault is null)
            {
                Post(new FrameWriter(FrameKind.Leave).ToFrame());
            }

            if (_hub?.Exit() == true)
            {
                _ = WaitLocked(static p => p._allLeft, Deadline.After(timeout));
            }
        }
    }

    /// <summary>
    /// Ends the thread and closes the socket, in two seconds at most. Without <see cref="Leave"/> before, the others hear that this rank gave up.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        bool gaveUp;
        lock (_gate)
        {
            gaveUp = !_hasLeft && _fault is null;
        }

        if (gaveUp)
        {
            Report(new CommunicatorFault(CommunicatorFaultKind.Aborted, _rank, $"Rank {_rank} gave the communicator up: it was disposed there before all ranks were done."));
        }

        bool isOwnThread = Thread.CurrentThread == _thread;
        lock (_gate)
        {
            // Where the hub is in this process, the others must have heard of it before the process may end.
            if (gaveUp && !isOwnThread)
            {
                _ = WaitLocked(static p => p._fault is not null, Deadline.After(TimeSpan.FromMilliseconds(ControlLimits.Report / 2)));
            }

            if (!_hasLeft)
            {
                _hasLeft = true;
                _ = _hub?.Exit();
            }

            _isStopping = true;
            Wake();
        }

        if (!isOwnThread)
        {
            _ = _thread.Join(2 * ControlLimits.LastWords);
        }
    }
}
