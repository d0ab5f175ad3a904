using System.Diagnostics;
using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>A completion queue.</summary>
/// <remarks>
/// One thread polls, but a thread that makes room or closes a queue takes completions out of the device, too, to be polled later: hence the
/// gate, which who polls alone enters without waiting.
/// </remarks>
internal sealed unsafe partial class VerbsJfc : Jfc
{
    private const int Batch = 16;

    // What lanes post beside their requests reports here, too.
    private const int RoomForLanes = 512;

    private readonly VerbsContext _context;
    private readonly VerbsJfce? _ownJfce;
    private readonly Lock _lock = new();
    private readonly Queue<(ReceiveCompletion Completion, VerbsSendQueue? Queue)> _spilled = new();
    private readonly ibv_wc* _batch = (ibv_wc*)NativeMemory.AlignedAlloc((nuint)(Batch * sizeof(ibv_wc)), 64);
    private readonly delegate* unmanaged<ibv_cq*, int, ibv_wc*, int> _pollNative;
    private readonly int _room;
    private SpinGate _gate;
    private volatile Lane[] _lanes = [];
    private volatile int _spilledCount;
    private int _attention;
    private int _reserved;
    private int _reservedRoom;
    private int _armed;
    private int _untoldEvent;
    private uint _events;
    private volatile int _disposed;
    private volatile bool _isWaiting;

    public VerbsJfc(VerbsContext context, JfcOptions options)
        : base(context, options)
    {
        _context = context;
        Depth = options.Depth;

        // Waiting for one JFC needs a channel as well.
        _ownJfce = options.Jfce is null ? new VerbsJfce(context) : null;
        Channel = _ownJfce ?? (VerbsJfce)options.Jfce!;
        Marshal.SetLastSystemError(0);
        _room = (int)Math.Min((long)Depth * LaneMemory.NativePerRequest, context.Capabilities.MaxJfcDepth);
        Native = Libibverbs.ibv_create_cq(context.Native, Math.Min(_room + RoomForLanes, context.Capabilities.MaxJfcDepth), null, Channel.Native, 0);
        int error = Marshal.GetLastSystemError();
        if (Native == null)
        {
            UrmaException failure = VerbsError.FromErrno(error, $"create a JFC of depth {Depth}");
            _ownJfce?.Dispose();
            NativeMemory.AlignedFree(_batch);
            throw failure;
        }

        _pollNative = context.Native->ops.poll_cq;
        Channel.Attach(this);
    }

    public override int Depth { get; }

    public ibv_cq* Native { get; }

    /// <summary>The channel its events come through; one of its own where the user gave none.</summary>
    public VerbsJfce Channel { get; }

    /// <summary>Sets aside room for a queue of the given depth, or says why there is none.</summary>
    /// <param name="depth">Its requests.</param>
    /// <param name="perRequest">What the device may report of one.</param>
    /// <param name="what">For the message.</param>
    public void Reserve(int depth, int perRequest, string what)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (depth > Depth - _reserved)
            {
                throw new UrmaException(
                    UrmaStatus.InvalidArgument,
                    $"The JFC has a depth of {Depth}, of which {_reserved} serve other queues; a {what} of depth {depth} does not fit. " +
                    $"Set JfcOptions.Depth to at least {_reserved + depth}, the sum of the depths of all queues that report to it.");
            }

            if ((long)depth * perRequest > _room - _reservedRoom)
            {
                throw new UrmaException(
                    UrmaStatus.InvalidArgument,
                    $"The device reports up to {perRequest} times on a request of a {what}, and its completion queues hold {_room}, of which " +
                    $"{_reservedRoom} serve other queues: a depth of {depth} does not fit. Use another JFC, or shorter queues.");
            }

            _reserved += depth;
            _reservedRoom += depth * perRequest;
        }
    }

    public void Release(int depth, int perRequest)
    {
        lock (_lock)
        {
            _reserved -= depth;
            _reservedRoom -= depth * perRequest;
        }
    }

    /// <summary>Looks for what ended without the device in a lane, too.</summary>
    public void Add(Lane lane)
    {
        lock (_lock)
        {
            _lanes = [.. _lanes, lane];
        }
    }

    public void Remove(Lane lane)
    {
        lock (_lock)
        {
            _lanes = [.. _lanes.Where(l => l != lane)];
        }

        // Who polls may be between the list and the lane.
        _gate.Enter();
        _gate.Exit();
    }

    /// <summary>Says that something ended without the device. Any thread.</summary>
    public void Attend()
    {
        Volatile.Write(ref _attention, 1);
        Channel.Nudge();
    }

    /// <summary>Takes completions out of the device, to be polled later. Any thread.</summary>
    public void Help()
    {
        _gate.Enter();
        if (_disposed == 0)
        {
            Fill();
        }

        bool hasNews = _spilledCount != 0;
        _gate.Exit();
        if (hasNews)
        {
            Channel.Nudge();
        }
    }

    /// <summary>Takes all completions out of the device. Any thread; when it returns, nobody looks at what was polled before.</summary>
    public void Drain()
    {
        _gate.Enter();
        if (_disposed == 0)
        {
            DrainNative();
        }

        _gate.Exit();
        Channel.Nudge();
    }

    /// <summary>Takes completions out of the device until something is so, or for so long. Any thread.</summary>
    public void DrainUntil(Func<bool> condition, TimeSpan bound)
    {
        long deadline = TimeLimit.After(bound);
        var spin = default(SpinWait);
        while (!condition() && !TimeLimit.HasPassed(deadline))
        {
            Help();
            spin.SpinOnce();
        }
    }

    /// <summary>Takes in a completion that no lane orders. Any thread but in the middle of a poll.</summary>
    public void EndOutOfOrder(VerbsSendQueue queue, in Completion completion, bool isReported)
    {
        _gate.Enter();
        End(queue, in completion, isReported);
        _gate.Exit();
        Channel.Nudge();
    }

    /// <summary>Ends a receive queue that takes nothing any more: what it got is polled first, what it never got is flushed.</summary>
    public void DrainReceivesOf(VerbsJfr queue)
    {
        _gate.Enter();
        DrainNative();
        foreach (ulong userContext in queue.TakeUnfilled())
        {
            SpillReceive(new ReceiveCompletion(
                new Completion(userContext, 0, CompletionStatus.WorkRequestFlushed, CompletionFlags.Receive), 0, 0, 0, ReceiveOpcode.Send));
        }

        _gate.Exit();
        Channel.Nudge();
    }

    /// <summary>Ends a request: what its user hears of counts as outstanding until it is polled. Under the gate.</summary>
    public void End(VerbsSendQueue queue, in Completion completion, bool isReported)
    {
        if (!isReported)
        {
            queue.Complete(isSuccess: true);
            return;
        }

        _spilled.Enqueue((new ReceiveCompletion(completion, 0, 0, 0, ReceiveOpcode.Send), queue));
        _spilledCount = _spilled.Count;
    }

    private void DrainNative()
    {
        for (int got = Fill(); got == Batch; got = Fill())
        {
        }
    }

    private void SpillReceive(in ReceiveCompletion completion)
    {
        _spilled.Enqueue((completion, null));
        _spilledCount = _spilled.Count;
    }

    /// <summary>Books an event that was taken from the channel.</summary>
    public void CountEvent()
    {
        _events++;
        Volatile.Write(ref _armed, 0);
    }

    private protected override void DisposeCore()
    {
        lock (_lock)
        {
            if (_disposed != 0)
            {
                return;
            }

            if (_reserved != 0)
            {
                throw new UrmaException(UrmaStatus.Failed, $"Queues with a depth of {_reserved} still report to this JFC: dispose them first.");
            }

            _disposed = 1;
        }

        // Whoever waits is told, and leaves before anything is destroyed under it.
        var spin = default(SpinWait);
        while (_isWaiting)
        {
            Channel.Nudge();
            spin.SpinOnce();
        }

        _gate.Enter();
        _gate.Exit();
        _context.Drop(this);
        Channel.Detach(this);
        if (_events != 0)
        {
            // Destroying waits for events that were taken and not acknowledged.
            Libibverbs.ibv_ack_cq_events(Native, _events);
        }

        int error = Libibverbs.ibv_destroy_cq(Native);
        if (error != 0)
        {
            Trace.TraceWarning($"Destroying a JFC returned {error}: the device keeps it until the context is closed.");
        }

        _ownJfce?.Dispose();
        NativeMemory.AlignedFree(_batch);
    }
}
