using System.Numerics;
using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// The engine behind a JFS or jetty: executes work while posting wherever it can, and keeps what must wait in order.
/// </summary>
/// <remarks>
/// Ready → Error (ModifyToError, Dispose).
/// While nothing is pending only the posting thread touches the queue, without a lock. Once something is pending (the receiver is
/// not ready, a copy belongs to the engine thread), everything goes through <c>_gate</c> until the backlog is empty again; the
/// last write of whoever empties it is <c>_pendingCount = 0</c>, which hands the queue back.
/// </remarks>
internal sealed unsafe partial class LoopbackSendQueue : IActivity
{
    private readonly LoopbackContext _context;
    private readonly LoopbackJfc _jfc;
    private readonly PrivateRing _ring;
    private readonly JfsOptions _options;
    private readonly CompletionFlags _flags;
    private readonly LocalSegmentTable.Entry* _local;
    private readonly RemoteSegmentTable _remoteTable;
    private readonly RemoteSegmentTable.Entry* _remote;
    private readonly long _engineThreshold;
    private readonly IQueueWay? _way;
    private readonly QueueFailure _onFailure;
    private readonly LoopbackLinks? _links;
    private readonly Lock _gate = new();
    private readonly Lock _lanesLock = new();
    private LoopbackSendLane?[] _lanes = new LoopbackSendLane?[4];
    private LoopbackTargetJetty? _bound;
    private readonly CounterBlock* _counters;
    private OperationSampler _sampler;
    private volatile int _pendingCount;
    private volatile JettyState _state = JettyState.Ready;
    private uint _activity;
    private int _released;

    public LoopbackSendQueue(LoopbackContext context, uint id, JfsOptions options, bool isJetty)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.EngineThreshold);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.RnrTimer, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.RnrTimer, TimeSpan.FromHours(1));
        _context = context;
        _jfc = (LoopbackJfc)options.SendJfc;
        _options = options;
        Id = id;
        Depth = (int)BitOperations.RoundUpToPowerOf2((uint)options.Depth);
        _pending = new PendingWork[Depth];
        _flags = isJetty ? CompletionFlags.Jetty : CompletionFlags.None;
        _local = context.LocalSegments;
        _remoteTable = context.RemoteSegments;
        _remote = _remoteTable.Entries;
        _engineThreshold = options.EngineThreshold;
        _way = options.Way;
        _onFailure = options.OnFailure;
        _rnrRetry = options.RnrRetry;
        _rnrTimer = options.RnrTimer;
        _jfc.Reserve(Depth, "send queue");
        _ring = new PrivateRing(Depth, _jfc.Doorbell, OnRingDetached) { LocalId = id, IsJetty = isJetty };
        try
        {
            _jfc.Attach(_ring);
        }
        catch
        {
            _ring.Free();
            _jfc.Release(Depth);
            throw;
        }

        _counters = context.Statistics.Take(BlockKind.SendQueue, id, Depth);
        _sampler = new OperationSampler(context.Statistics, _counters);
        _ring.CountIn(_counters);
        _jfc.AddQueue(this);
        _links = context.Links;
        if (_links is not null)
        {
            _pendingCount = AlwaysPending;
            _links.Add(this);
        }
    }

    public uint Id { get; }

    public CounterBlock* Counters => _counters;

    public int Depth { get; }

    /// <summary>See <see cref="Jfs.Face"/>.</summary>
    public nint Face
    {
        get => _ring.Owner;
        set => _ring.Owner = value;
    }

    public JettyState State => _state;

    public bool HasPending => Pending != 0;

    public int Outstanding => (int)_ring.Used + Pending;

    /// <summary>Odd while a post is running: who unmaps memory waits for it to change.</summary>
    public uint Activity => Volatile.Read(ref _activity);

    public UrmaStatus Post(ReadOnlySpan<WorkRequest> requests, ReadOnlySpan<SegmentRange> gather, out int posted)
    {
        posted = 0;
        if (_pendingCount != 0)
        {
            // The receiver may be ready by now, and the short way free again.
            TryProgress();
            if (_pendingCount != 0)
            {
                return PostBehind(requests, gather, ref posted);
            }
        }

        if (_state != JettyState.Ready)
        {
            return PostFlushed(requests, ref posted);
        }

        Volatile.Write(ref _activity, _activity + 1);
        UrmaStatus result = UrmaStatus.Success;
        while (posted < requests.Length)
        {
            if (!_ring.HasRoom(0))
            {
                SeeDepth();
                result = UrmaStatus.TryAgain;
                break;
            }

            _ring.BeginCarryingOut();
            ref readonly WorkRequest request = ref requests[posted];
            if (posted + 1 < requests.Length && request.Opcode == Opcode.Send)
            {
                int run = !_ring.HasRoom(LoopbackSendLane.MaxRun) ? 0
                    : _sampler.IsDue() ? ExecuteRunTimed(requests[posted..])
                    : ExecuteSendRun(new PostedRun(this, requests[posted..]));
                _sampler.Skip(run);
                posted += run;
                if (run != 0)
                {
                    if (_state != JettyState.Ready)
                    {
                        break;
                    }

                    continue;
                }
            }

            Outcome outcome = _sampler.IsDue()
                ? ExecuteTimed(in request, gather, out CompletionStatus status, out long length)
                : Execute(in request, gather, out status, out length);
            if (outcome == Outcome.Done)
            {
                if (status != CompletionStatus.Success)
                {
                    Settle(ref status);
                }

                if (status != CompletionStatus.Success || (request.Flags & WorkRequestFlags.Signaled) != 0)
                {
                    _ring.Push(request.UserContext, length, status, _flags, (byte)request.Opcode);
                }

                posted++;
                if (_state != JettyState.Ready)
                {
                    break;
                }

                continue;
            }

            if (outcome == Outcome.Malformed)
            {
                result = UrmaStatus.InvalidArgument;
                break;
            }

            Volatile.Write(ref _activity, _activity + 1);
            return PostBehind(requests, gather, ref posted);
        }

        Volatile.Write(ref _activity, _activity + 1);
        return posted < requests.Length && result == UrmaStatus.Success && _state != JettyState.Ready ? PostFlushed(requests, ref posted) : result;
    }

    /// <summary>Executes a request now and hands its result over directly; queues it where it has to wait.</summary>
    public UrmaStatus ExecuteOrPost(in WorkRequest request, out Completion completion, out bool posted)
    {
        completion = default;
        posted = false;
        if (_pendingCount == 0)
        {
            if (_state != JettyState.Ready)
            {
                return UrmaStatus.Failed;
            }

            Volatile.Write(ref _activity, _activity + 1);
            Outcome outcome = _sampler.IsDue()
                ? ExecuteTimed(in request, default, out CompletionStatus status, out long length)
                : Execute(in request, default, out status, out length);
            Volatile.Write(ref _activity, _activity + 1);
            if (outcome == Outcome.Done)
            {
                completion = new Completion(request.UserContext, length, status, _flags);
                return UrmaStatus.Success;
            }

            if (outcome == Outcome.Malformed)
            {
                return UrmaStatus.InvalidArgument;
            }
        }

        int count = 0;
        UrmaStatus result = PostBehind(new ReadOnlySpan<WorkRequest>(in request), default, ref count);
        posted = count != 0;
        return result;
    }

    public void Bind(LoopbackTargetJetty target)
    {
        if (_options.TransportMode == TransportMode.ReliableConnection)
        {
            LoopbackTargetJetty? bound = Interlocked.CompareExchange(ref _bound, target, null);
            if (bound is not null && bound != target)
            {
                throw new UrmaException(UrmaStatus.Exists, "This reliable-connection queue is bound to another target already: make a queue for each target.");
            }
        }

        _ = FindLane(target.Token) ?? AddLane(target);
    }

    private LoopbackSendLane? FindLane(ulong token)
    {
        LoopbackSendLane?[] lanes = _lanes;
        uint index = (uint)token;
        return index < (uint)lanes.Length && lanes[index] is { } lane && lane.Target.Token == token ? lane : null;
    }

    private LoopbackSendLane AddLane(LoopbackTargetJetty target)
    {
        if (target.IsDisposed)
        {
            throw new ObjectDisposedException(nameof(TargetJetty), "The target jetty was unimported.");
        }

        // Bind comes from the posting thread while the engine may be opening a lane of its own.
        lock (_lanesLock)
        {
            return FindLane(target.Token) ?? AddNewLane(target);
        }
    }

    private LoopbackSendLane AddNewLane(LoopbackTargetJetty target)
    {
        LoopbackSendLane lane = _context.OpenLane(target, Id);
        int index = (int)(uint)target.Token;
        if (index >= _lanes.Length)
        {
            Array.Resize(ref _lanes, (int)BitOperations.RoundUpToPowerOf2((uint)index + 1));
        }

        LoopbackSendLane? stale = _lanes[index];
        _lanes[index] = lane;
        if (stale is not null)
        {
            _context.CloseLane(stale);
        }

        return lane;
    }

    /// <summary>How an attempt to execute a request ended.</summary>
    private enum Outcome
    {
        /// <summary>It ran; its status says how.</summary>
        Done,

        /// <summary>The target has no receive posted.</summary>
        NotReady,

        /// <summary>The target was asked for its buffer; the answer is under way.</summary>
        Asked,

        /// <summary>The peer is not connected to this queue yet.</summary>
        Unconnected,

        /// <summary>It must run on the engine thread.</summary>
        Engine,

        /// <summary>It is not a request this queue understands.</summary>
        Malformed,
    }
}
