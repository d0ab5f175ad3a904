using System.Runtime.CompilerServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <summary>
/// One connection of a send queue: to a jetty of a peer's, or to the peer's memory alone. It keeps its requests in order in slots. A
/// failed request breaks the connection, as verbs has it; the lane then connects anew and gives the device again what was behind it,
/// so that to its user a failure is one request's.
/// </summary>
/// <remarks>
/// Three parties: the thread that posts owns the tail, whoever holds the JFC's gate owns the head, and the lane's own gate guards what is
/// between the device and them (<see cref="_native"/>, <see cref="_state"/>, the queue pair).
/// </remarks>
internal sealed unsafe partial class Lane : IDisposable
{
    /// <summary>What it posts beside its slots' requests: a probe, and the last one.</summary>
    public const int ExtraRequests = 2;

    private readonly VerbsSendQueue _queue;
    private readonly VerbsJfc _jfc;
    private readonly LaneMemory _memory;
    private readonly int _signalInterval;
    private readonly int _inline;
    private QueuePair _pair;
    private SpinGate _gate;
    private long _tail;
    private long _native;
    private long _head;
    private long _extensions;
    private long _failures;
    private long _probedAt = -1;
    private int _unsignaled;
    private int _endedSlots;
    private volatile bool _isDrained;
    private volatile bool _isReconnecting;
    private bool _hasFailed;
    private volatile int _epoch;
    private volatile LaneState _state;
    private volatile CompletionStatus _endStatus;
    private long _lastTry;

    public Lane(VerbsSendQueue queue, LaneTarget target, int index)
    {
        _queue = queue;
        _jfc = queue.SendJfc;
        Target = target;
        Index = index;
        Depth = queue.Depth;

        // A probe is a write, which a raw queue pair may not allow: there every request tells of itself.
        _signalInterval = target.IsRaw ? 1 : Math.Max(1, Depth / 4);
        VerbsContext context = queue.Context;

        // Numbers of lanes are given again: what a former lane of this number left in the device is of another epoch.
        _epoch = context.NextEpoch();
        _inline = context.NativeInline;
        _memory = new LaneMemory(context, Depth, context.Capabilities.MaxSge);
        try
        {
            _pair = CreatePair();
        }
        catch
        {
            _memory.Dispose();
            throw;
        }
    }

    /// <summary>Where it leads.</summary>
    public LaneTarget Target { get; }

    /// <summary>Its number in the context, by which completions find it.</summary>
    public int Index { get; }

    public int Depth { get; }

    public LaneState State => _state;

    /// <summary>Whether its requests report to that JFC.</summary>
    public bool ReportsTo(VerbsJfc jfc) => _jfc == jfc;

    /// <summary>Whether it has ended, and nothing of it is left in the device or in the hands of another thread.</summary>
    public bool IsOver => _state == LaneState.Ended && _isDrained && !_isReconnecting && IsEmpty;

    /// <summary>Whether nothing is under way and nothing waits.</summary>
    public bool IsEmpty => Volatile.Read(ref _head) == Volatile.Read(ref _tail);

    /// <summary>Requests that have failed.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Connects it for the first time. Setup; throws where the peer refuses.</summary>
    public void Connect() => Target.Connect(this, _pair, _queue);

    /// <summary>The slot for the next request. The posting thread fills it and calls <see cref="Append"/>; the queue's depth sees to it that it is free.</summary>
    public LaneSlot* Next() => _memory.Slot(_tail);

    /// <summary>Room for bytes that the next request carries in itself, up to <see cref="LaneMemory.PayloadLength"/>.</summary>
    public byte* NextPayload() => _memory.Payload(_tail);

    /// <summary>An element over the first bytes of <see cref="NextPayload"/>.</summary>
    public ibv_sge PayloadElement(int length) => new() { addr = (ulong)_memory.Payload(_tail), length = (uint)length, lkey = _memory.PayloadKey };

    /// <summary>An element over a word that the next request carries beside its own bytes.</summary>
    public ibv_sge WordElement(ulong value)
    {
        ulong* word = _memory.Word(_tail);
        *word = value;
        return new ibv_sge { addr = (ulong)word, length = sizeof(ulong), lkey = _memory.PayloadKey };
    }

    /// <summary>The peer's next word for an immediate that is too long for verbs.</summary>
    public (ulong Address, uint Key, uint Number) NextExtension()
    {
        Control.ImmediateRing ring = Target.Immediates;
        uint number = (uint)_extensions++ & (ring.Count - 1);
        return (ring.Address + (number * sizeof(ulong)), ring.RemoteKey, number);
    }

    /// <summary>Whether the device takes so many bytes out of the request itself.</summary>
    public bool IsNativelyInline(long length) => length <= _inline;

    /// <summary>Puts the filled slot behind the others. Posting thread.</summary>
    public void Append(LaneSlot* slot)
    {
        if (_state is LaneState.Lost or LaneState.Ended)
        {
            AppendEnded(slot);
            return;
        }

        if (slot->Kind == SlotKind.Ended)
        {
            if (IsEmpty || Target.IsRaw)
            {
                AppendEnded(slot);
                return;
            }

            MakeMarker(slot);
        }

        bool isSignaled = slot->IsReported || slot->Kind == SlotKind.Marker || ++_unsignaled >= _signalInterval;
        if (isSignaled)
        {
            slot->Main.send_flags |= (uint)ibv_send_flags.IBV_SEND_SIGNALED;
            _unsignaled = 0;
        }

        Volatile.Write(ref _tail, _tail + 1);
    }

    /// <summary>Gives the device what was appended: one call. Posting thread.</summary>
    public void Submit()
    {
        _gate.Enter();
        LaneState state = _state;
        if (state == LaneState.Ready)
        {
            SubmitBacklog();
        }

        _gate.Exit();
        if (state is LaneState.Lost or LaneState.Ended)
        {
            // It ended between the look of Append and now.
            _jfc.Attend();
        }
    }

    /// <summary>Has requests that report nothing be known to have ended, where no later one will tell. Posting thread.</summary>
    public void Probe()
    {
        _gate.Enter();
        if (_state == LaneState.Ready && _unsignaled != 0 && _probedAt < 0 && _native > Volatile.Read(ref _head))
        {
            _unsignaled = 0;
            _probedAt = _native - 1;
            PostExtra(_memory.Probe, _probedAt);
        }

        _gate.Exit();
    }

    // A write of no bytes. Under the gate.
    private int PostExtra(ibv_send_wr* work, long position)
    {
        *work = default;
        work->wr_id = WorkId.OfLane(Index, _epoch, (uint)position);
        work->opcode = ibv_wr_opcode.IBV_WR_RDMA_WRITE;
        work->send_flags = (uint)ibv_send_flags.IBV_SEND_SIGNALED;
        ibv_send_wr* bad = null;
        return _pair.Native->context->ops.post_send(_pair.Native, work, &bad);
    }

    // Under the gate.
    private void SubmitBacklog()
    {
        long position = Math.Max(_native, Volatile.Read(ref _head));
        ibv_send_wr* first = null;
        ibv_send_wr* last = null;
        for (long tail = Volatile.Read(ref _tail); position < tail; position++)
        {
            LaneSlot* slot = _memory.Slot(position);
            if (slot->Kind == SlotKind.Ended)
            {
                continue;
            }

            ulong id = WorkId.OfLane(Index, _epoch, (uint)position);
            slot->Main.wr_id = id;
            slot->First.wr_id = id;
            slot->First.next = &slot->Main;
            ibv_send_wr* start = slot->HasFirst ? &slot->First : &slot->Main;
            if (last != null)
            {
                last->next = start;
            }

            first = first == null ? start : first;
            last = &slot->Main;
        }

        Volatile.Write(ref _native, position);
        if (first == null)
        {
            return;
        }

        last->next = null;
        ibv_send_wr* bad = null;
        int error = _pair.Native->context->ops.post_send(_pair.Native, first, &bad);
        if (error != 0)
        {
            // Cannot be for want of room, which was counted: the device is broken, or the queue pair is in a state of its own.
            Refuse(bad == null ? first : bad);
        }
    }

    private static void MakeMarker(LaneSlot* slot)
    {
        slot->Kind = SlotKind.Marker;
        slot->HasFirst = false;
        slot->Main.opcode = ibv_wr_opcode.IBV_WR_RDMA_WRITE;
        slot->Main.send_flags = 0;
        slot->Main.num_sge = 0;
        slot->Main.sg_list = null;
        slot->Main.wr.rdma.remote_addr = 0;
        slot->Main.wr.rdma.rkey = 0;
    }

    // The device took nothing from there on. Under the gate.
    private void Refuse(ibv_send_wr* from)
    {
        for (ibv_send_wr* work = from; work != null; work = work->next)
        {
            LaneSlot* slot = _memory.Slot(WorkId.Position(work->wr_id));
            if (work == &slot->Main)
            {
                slot->Status = CompletionStatus.LocalOperationError;
                slot->Kind = SlotKind.Ended;
                Interlocked.Increment(ref _endedSlots);
            }
        }

        _jfc.Attend();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AppendEnded(LaneSlot* slot)
    {
        if (slot->Kind != SlotKind.Ended)
        {
            slot->Kind = SlotKind.Ended;
            slot->Status = EndedStatus;
            if (_state == LaneState.Lost)
            {
                TryAgain();
            }
        }

        Interlocked.Increment(ref _endedSlots);
        Volatile.Write(ref _tail, _tail + 1);
        _jfc.Attend();
    }

    private QueuePair CreatePair() => Target.CreatePair(_queue.Context, new QueuePairShape
    {
        SendQueue = _jfc.Native,
        ReceiveQueue = _jfc.Native,
        SharedReceives = null,
        SendDepth = (Depth * LaneMemory.NativePerRequest) + ExtraRequests,
        MaxSge = _queue.Context.Capabilities.MaxSge,
        Inline = _inline,
    });
}
