using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Verbs;

/// <summary>A completion queue.</summary>
/// <remarks>
/// One thread polls, but a thread that makes room or closes a queue takes completions out of the device, too, to be polled later: hence the
/// gate, which who polls alone enters without waiting.
/// </remarks>
internal sealed unsafe partial class VerbsJfc : DeviceJfc
{
    private const int Batch = 16;

    // What lanes post beside their requests reports here, too.
    private const int RoomForLanes = 512;

    private readonly VerbsContext _context;
    private readonly Queue<(ReceiveCompletion Completion, VerbsSendQueue? Queue)> _spilled = new();
    private readonly ibv_wc* _batch = (ibv_wc*)NativeMemory.AlignedAlloc((nuint)(Batch * sizeof(ibv_wc)), 64);
    private readonly delegate* unmanaged<ibv_cq*, int, ibv_wc*, int> _pollNative;
    private readonly int _room;
    private SpinGate _gate;
    private volatile Lane[] _lanes = [];
    private volatile int _spilledCount;
    private int _attention;
    private int _reservedRoom;
    private int _armed;
    private int _untoldEvent;
    private uint _events;

    public VerbsJfc(VerbsContext context, JfcOptions options)
        : base(context, context.Objects, options, (VerbsJfce?)options.Jfce ?? new VerbsJfce(context))
    {
        _context = context;
        Marshal.SetLastSystemError(0);
        _room = (int)Math.Min((long)Depth * LaneMemory.NativePerRequest, context.Capabilities.MaxJfcDepth);
        Native = Libibverbs.ibv_create_cq(context.Native, Math.Min(_room + RoomForLanes, context.Capabilities.MaxJfcDepth), null, ((VerbsJfce)Channel).Native, 0);
        int error = Marshal.GetLastSystemError();
        if (Native == null)
        {
            UrmaException failure = VerbsError.FromErrno(error, $"create a JFC of depth {Depth}");
            CloseOwnChannel();
            NativeMemory.AlignedFree(_batch);
            throw failure;
        }

        _pollNative = context.Native->ops.poll_cq;
        Channel.Attach(this);
    }

    public ibv_cq* Native { get; }

    public override nint Handle => (nint)Native;

    public override bool HasSpilled => _spilledCount != 0 || Volatile.Read(ref _attention) != 0;

    /// <summary>Sets aside room for a queue of the given depth, or says why there is none.</summary>
    /// <param name="depth">Its requests.</param>
    /// <param name="perRequest">What the device may report of one.</param>
    /// <param name="what">For the message.</param>
    public void Reserve(int depth, int perRequest, string what)
    {
        lock (Lock)
        {
            RequireDepth(depth, what);
            if ((long)depth * perRequest > _room - _reservedRoom)
            {
                throw new UrmaException(
                    UrmaStatus.InvalidArgument,
                    $"The device reports up to {perRequest} times on a request of a {what}, and its completion queues hold {_room}, of which " +
                    $"{_reservedRoom} serve other queues: a depth of {depth} does not fit. Use another JFC, or shorter queues.");
            }

            Reserved += depth;
            _reservedRoom += depth * perRequest;
        }
    }

    public void Release(int depth, int perRequest)
    {
        lock (Lock)
        {
            Reserved -= depth;
            _reservedRoom -= depth * perRequest;
        }
    }

    /// <summary>Looks for what ended without the device in a lane, too.</summary>
    public void Add(Lane lane)
    {
        lock (Lock)
        {
            _lanes = [.. _lanes, lane];
        }
    }

    public void Remove(Lane lane)
    {
        lock (Lock)
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
        if (!IsDisposed)
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
        if (!IsDisposed)
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

    private protected override int DeleteNative()
    {
        // Another thread may be taking completions still.
        _gate.Enter();
        _gate.Exit();
        if (_events != 0)
        {
            // Destroying waits for events that were taken and not acknowledged.
            Libibverbs.ibv_ack_cq_events(Native, _events);
        }

        int error = Libibverbs.ibv_destroy_cq(Native);
        NativeMemory.AlignedFree(_batch);
        return error;
    }
}
