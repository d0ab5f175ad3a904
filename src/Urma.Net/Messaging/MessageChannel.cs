using System.Numerics;
using Urma.Net.Async;
using Urma.Net.Internal;
using Urma.Net.Messaging;

namespace Urma.Net;

/// <summary>
/// Messages of any size between two peers, both ways, in order, each received in place. Made by <see cref="ConnectAsync"/> on
/// one side and <see cref="MessageListener.AcceptAsync"/> on the other.
/// </summary>
/// <remarks>
/// <para>Threads: one sends at a time, one receives at a time, and the two may be different ones. Leases may be disposed anywhere.
/// Awaited and plain calls can be mixed. While an awaited send is pending, nothing else can be sent; likewise for receiving.</para>
/// <para>Flow control: each side posts <see cref="MessageChannelOptions.Slots"/> receives and counts them out to the other, so a
/// message never meets a receiver that is not ready. A sender that has no credit waits: <c>TrySend</c> returns false,
/// <c>SendAsync</c> is pending. Nothing is lost.</para>
/// <para>A send that returned is delivered to the peer's memory, not yet read. When the peer dies or leaves, what it had sent can
/// still be received; then receiving and sending throw an <see cref="UrmaException"/> that names it.</para>
/// <para>In steady state no call allocates.</para>
/// </remarks>
public sealed partial class MessageChannel : IDisposable
{
    // Beside those that are counted out: credits, grants, refusals, the end. Each kind has few under way at a time.
    private const int ReservedSlots = 16;

    // A line more than the slot, so that the first lines of slots do not all compete for one set of the cache.
    private const int SlotPadding = 64;

    private const int SendDepth = 256;
    private const int ControlDepth = 64;

    // Milliseconds that closing waits for the peer to have room for the end.
    private const int LongestFarewell = 2000;

    private readonly MessageChannelOptions _options;
    private readonly Jfc _jfc;
    private readonly Jetty _jetty;
    private readonly Jfs _control;
    private readonly CompletionPump? _pump;
    private readonly Segment _memory;
    private readonly LargeReceiver _largeReceiver;
    private readonly LargeSender _largeSender;
    private readonly ReceiveOperation _receive;
    private readonly SendOperation _send;
    private readonly int _slotCount;
    private readonly int _inlineLimit;
    private TargetJetty? _target;
    private Eid _peerEid;
    private uint _peerUasid;
    private int _eagerLimit;
    private int _peerSlots;
    private volatile string? _fault;

    internal MessageChannel(UrmaContext context, MessageChannelOptions options)
    {
        options.Validate();
        Context = context;
        PeerName = "a peer that has not answered yet";
        _options = options;
        _inlineLimit = Math.Min(context.Capabilities.MaxInlineLength, options.SlotSize);
        _slotCount = options.Slots + ReservedSlots;
        _repostBatch = Math.Clamp(options.Slots / 8, 1, 32);
        _announceAfter = Math.Max(1, options.Slots / 4);
        _slots = new SlotState[_slotCount + options.LargeBuffers];
        _receives = new ReceiveRequest[_slotCount];
        _toRepost = new ReceiveRequest[_repostBatch];
        _traces = options.PropagateTraceContext ? new TraceParent[_slots.Length] : null;
        _inbox = new int[(int)BitOperations.RoundUpToPowerOf2((uint)_slots.Length + 1)];
        bool asynchronous = options.Continuations == ContinuationMode.ThreadPool;
        _receive = new ReceiveOperation(this, asynchronous);
        _send = new SendOperation(this, asynchronous);
        _largeReceiver = new LargeReceiver(this, options);
        _largeSender = new LargeSender(this);
        int receiveDepth = (int)BitOperations.RoundUpToPowerOf2((uint)_slotCount);
        _pump = options.Progress == ProgressMode.Automatic ? context.Services.Rent() : null;
        try
        {
            // One slot more than there are receives: the staging place of messages that fit a slot but not a request.
            _memory = context.AllocateSegment((long)(_slotCount + 1) * Stride);
            _jfc = context.CreateJfc(new JfcOptions { Depth = receiveDepth + SendDepth + ControlDepth, Jfce = _pump?.Jfce });
            _jfc.PumpTarget = this;
            _jetty = context.CreateJetty(new JettyOptions
            {
                SendJfc = _jfc,
                Depth = SendDepth,
                Receive = new JfrOptions { ReceiveJfc = _jfc, Depth = receiveDepth },
            });
            _control = context.CreateJfs(new JfsOptions { SendJfc = _jfc, Depth = ControlDepth });
            PostAllReceives();
            context.Services.Add(this);
            context.PeerLost += OnPeerLost;
        }
        catch
        {
            _control?.Dispose();
            _jetty?.Dispose();
            _jfc?.Dispose();
            _memory?.Dispose();
            ReturnPump();
            throw;
        }
    }

    /// <summary>The context it belongs to.</summary>
    public UrmaContext Context { get; }

    /// <summary>The other end, for people.</summary>
    public string PeerName { get; private set; }

    /// <summary>Longest message, in bytes, that needs no large buffer at the peer.</summary>
    public int EagerLimit => _eagerLimit;

    /// <summary>Why the peer cannot be reached any more, naming it; null while it can.</summary>
    public string? Fault => _fault;

    /// <summary>Whether the peer said that it sends nothing any more and everything it sent was received.</summary>
    public bool IsCompleted => _ended;

    internal Jetty Jetty => _jetty;

    /// <summary>Whether this end is closed: nobody polls any more.</summary>
    internal bool IsClosed => _closed;

    internal MessageChannelOptions Options => _options;

    private int Stride => _options.SlotSize + SlotPadding;

    /// <summary>
    /// Says that nothing more will be sent. The peer receives what was sent before, then the end. Receiving goes on.
    /// Call it as the sender, with no send pending. Idempotent.
    /// </summary>
    /// <param name="cancellationToken">
    /// Gives up waiting for the peer to have room for the end. The end then reaches the peer when it has; where it could not even
    /// be queued here, calling again tries again.
    /// </param>
    /// <exception cref="InvalidOperationException">A send is pending.</exception>
    /// <exception cref="UrmaException">The peer is gone.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public void Complete(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SendBlocks blocks = Blocks;
        if ((blocks & (SendBlocks.Completed | SendBlocks.PeerClosed)) != 0)
        {
            return;
        }

        if (blocks != SendBlocks.None)
        {
            ThrowBlocked(blocks);
        }

        _sendCancellation = cancellationToken;
        try
        {
            SendEnd();
        }
        finally
        {
            _sendCancellation = default;
        }
    }

    /// <summary>
    /// Closes this end. The peer still receives everything sent before, then the end (unless it has no room for it within two
    /// seconds); what it sends from now on is refused.
    /// Pending calls here fail with <see cref="CompletionStatus.WorkRequestFlushed"/>, leases become invalid. Not beside a running
    /// <c>TrySend</c> or <c>TryReceive</c>. Idempotent.
    /// </summary>
    public void Dispose()
    {
        if ((Block(SendBlocks.Disposed) & SendBlocks.Disposed) != 0)
        {
            return;
        }

        Context.PeerLost -= OnPeerLost;
        Context.Services.Remove(this);
        _send.Fail(Flushed("send"));
        if (_target is not null && (Blocks & (SendBlocks.Completed | SendBlocks.PeerClosed | SendBlocks.Faulted)) == 0)
        {
            // A peer that does not poll may never have room for it; closing here must not depend on that.
            _sendDeadline = Environment.TickCount64 + LongestFarewell;
            SendEnd();
        }
        else if (_isPosted && _fault is null)
        {
            AwaitEnd();
        }

        SayClosed();
        _receiver.PollGate.Enter();

        // Kept for ever: nobody polls a queue that is gone.
        _closed = true;
        _jfc.PumpTarget = null;
        EndStall();
        bool receivePended = _receive.TryClaim();
        InvalidateLeases();
        _control.Dispose();
        _jetty.Dispose();
        _target?.Dispose();
        _jfc.Dispose();
        _largeSender.Dispose();
        _largeReceiver.Dispose();
        _memory.Dispose();
        ReturnPump();

        // Last: its continuation may run in here, for long, or dispose the context.
        if (receivePended)
        {
            _receive.Complete(default, Flushed("receive"));
        }
    }

    /// <summary>The peer is known: from now on messages can be sent.</summary>
    internal void Attach(TargetJetty target, in ChannelHello hello, string name)
    {
        _target = target;
        PeerName = name;
        _peerEid = hello.Jetty.Eid;
        _peerUasid = hello.Jetty.Uasid;
        PeerLabel = hello.Label;
        _carriesTraces = _options.PropagateTraceContext && hello.WantsTraces;
        _eagerLimit = Math.Min(hello.SlotSize, _options.SlotSize);
        _shortLimit = LongestShort;
        _peerSlots = hello.Slots;
        _sender.Request = WorkRequest.Send(target, default);
        _sender.Request.Flags = WorkRequestFlags.Inline;
        Volatile.Write(ref _credit.Limit, (uint)hello.Slots);
        _jetty.Bind(target);
        _control.Bind(target);
        if (target.Fault is { } fault)
        {
            SetFault(fault);
        }
    }

    internal bool IsPeer(Eid eid, uint uasid) => eid == _peerEid && uasid == _peerUasid;

    /// <summary>The first reason stays. Whoever waits is told once what was received is used up.</summary>
    internal void SetFault(string reason)
    {
        if (Interlocked.CompareExchange(ref _fault, reason, null) is null)
        {
            Block(SendBlocks.Faulted);
            Advance();
            EndStall();

            // From wherever this was noticed, perhaps inside a gate: pending calls are told by a thread that holds none.
            ThreadPool.UnsafeQueueUserWorkItem(static channel => channel.Watch(), this, preferLocal: false);
        }
    }

    internal UrmaException FaultException() => new(
        CompletionStatus.AckTimeout, $"The message channel to {PeerName} is broken: {_fault}");

    internal static UrmaException Flushed(string what) => new(
        CompletionStatus.WorkRequestFlushed, $"The pending {what} was given up because its message channel was closed here.");

    private void OnPeerLost(object? sender, PeerLostEventArgs args)
    {
        if (_target is not null && args.IsConfirmed && IsPeer(args.Eid, args.Uasid))
        {
            SetFault(args.Reason);
        }
    }

    private void ReturnPump()
    {
        if (_pump is not null)
        {
            Context.Services.Return(_pump);
        }
    }
}
