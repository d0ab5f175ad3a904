using Urma.Net.Internal;
using Urma.Net.Providers.Devices;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>What a JFS and a jetty have in common: lanes to their targets, posting, accounting, and the end.</summary>
/// <remarks>One thread posts at a time. Completions are accounted for under the JFC's gate.</remarks>
internal sealed unsafe partial class VerbsSendQueue : IActivity
{
    private static readonly TimeSpan DrainBound = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly int _maxSge;
    private readonly long _maxLength;
    private readonly bool _hasAtomics;
    private Lane?[] _laneOfEngine = [];
    private (ulong Token, Lane? Lane)[] _laneOfTarget = [];
    private volatile Lane[] _lanes = [];
    private ulong _boundTarget;
    private long _posted;
    private long _completed;
    private uint _activity;
    private volatile bool _isClosed;
    private volatile bool _inError;
    private int _closeBegun;

    public VerbsSendQueue(VerbsContext context, JfsOptions options, int depth, uint id, bool isJetty)
    {
        Context = context;
        SendJfc = (VerbsJfc)options.SendJfc;
        Depth = depth;
        Id = id;
        Counters = new DeviceQueueCounters(context, id, depth);
        Mode = options.TransportMode;
        RnrRetry = options.RnrRetry;
        RnrWait = options.RnrTimer;
        CompletionFlags = isJetty ? CompletionFlags.Jetty : CompletionFlags.None;
        _maxSge = context.Capabilities.MaxSge;
        _maxLength = context.Capabilities.MaxMessageLength;
        _hasAtomics = context.HasAtomics;
        context.Add(this);
    }

    public VerbsContext Context { get; }

    public VerbsJfc SendJfc { get; }

    public uint Id { get; }

    public int Depth { get; }

    public TransportMode Mode { get; }

    public DeviceQueueCounters Counters { get; }

    public int RnrRetry { get; }

    public TimeSpan RnrWait { get; }

    public CompletionFlags CompletionFlags { get; }

    public int Outstanding => (int)Math.Max(0, Volatile.Read(ref _posted) - Volatile.Read(ref _completed));

    public JettyState State => _isClosed || _inError ? JettyState.Error : JettyState.Ready;

    uint IActivity.Activity => Volatile.Read(ref _activity);

    uint IActivity.PendingActivity => 0;

    /// <summary>Books a request that has ended. Under the JFC's gate.</summary>
    public void Complete(bool isSuccess)
    {
        Volatile.Write(ref _completed, _completed + 1);
        Counters.SeeCompleted(_completed, isSuccess);
        if (!isSuccess)
        {
            Counters.CountError();
        }
    }

    public void ModifyToError()
    {
        _inError = true;
        EndLanes(static _ => true, CompletionStatus.WorkRequestFlushed);
    }

    /// <summary>Ends the lanes to a target that is gone. Any thread.</summary>
    public void EndLanes(Func<Lane, bool> which, CompletionStatus status)
    {
        foreach (Lane lane in _lanes)
        {
            if (which(lane))
            {
                lane.End(status);
            }
        }
    }

    /// <summary>Connects to a target before the first message does.</summary>
    public void Bind(VerbsTargetJetty target)
    {
        if (Mode == TransportMode.ReliableConnection)
        {
            lock (_lock)
            {
                if (_boundTarget != 0)
                {
                    throw new UrmaException(UrmaStatus.Exists, $"Send queue {Id} is connected already; it has one target for its whole life.");
                }
            }
        }

        _ = OpenLane(target);
        if (Mode == TransportMode.ReliableConnection)
        {
            _boundTarget = target.Token;
        }
    }

    /// <summary>Ends it. What is under way is flushed; whoever polls its JFC hears of it.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closeBegun, 1) != 0)
        {
            return;
        }

        ModifyToError();
        _isClosed = true;

        // A thread that is posting right now sees it, or has finished before what it uses goes.
        bool isIdle = Context.WaitUntilNobodyPosts();
        SendJfc.DrainUntil(() => Array.TrueForAll(_lanes, static l => l.IsOver), DrainBound + Context.Options.ControlTimeout);
        Context.Remove(this);
        if (isIdle)
        {
            Array.ForEach(_lanes, GiveBack);
        }
        else
        {
            System.Diagnostics.Trace.TraceWarning($"A thread has been posting to send queue {Id} for very long: its lanes stay.");
        }

        SendJfc.Release(Depth, LaneMemory.NativePerRequest);
    }

    private void GiveBack(Lane lane)
    {
        SendJfc.Remove(lane);
        Context.Remove(lane);
        lane.Target.Disconnect();
        lane.Dispose();
    }

    // Lanes to targets that are gone go when another is opened. Posting thread, under the lock.
    private void Sweep()
    {
        Lane[] over = Array.FindAll(_lanes, static l => l.IsOver);
        if (over.Length == 0)
        {
            return;
        }

        Forget(over);
        Array.ForEach(over, GiveBack);
    }

    private Lane OpenLane(VerbsTargetJetty target)
    {
        LaneKind kind = Mode switch
        {
            TransportMode.ReliableConnection => LaneKind.Bound,
            TransportMode.UnreliableMessage => LaneKind.UnreliableMessage,
            _ => LaneKind.ReliableMessage,
        };
        lock (_lock)
        {
            Lane lane = Find(target.Engine, target.Descriptor) ?? Open(new LaneTarget(
                target.Engine, kind, target.Descriptor.JettyId, target.Descriptor.JfrId, target.Secret));
            SetLaneOfTarget(target.Token, lane);
            if (kind != LaneKind.UnreliableMessage)
            {
                SetLaneOfEngine(target.Engine.Index, lane);
            }

            return lane;
        }
    }

    private Lane OpenLane(RemoteEngine engine)
    {
        lock (_lock)
        {
            Lane lane = Open(new LaneTarget(engine, LaneKind.OneSided, 0, 0, default));
            SetLaneOfEngine(engine.Index, lane);
            return lane;
        }
    }

    // One-sided work goes the way of the messages to the same engine where there is one, so that it stays in order with them.
    private void SetLaneOfEngine(int engine, Lane lane)
    {
        if (engine >= _laneOfEngine.Length)
        {
            Array.Resize(ref _laneOfEngine, Math.Max(engine + 1, 2 * _laneOfEngine.Length));
        }

        // Where there are several targets, that of the first: a change of ways would be a change of order.
        if (_laneOfEngine[engine] is not { State: not LaneState.Ended } former || (former.Target.Kind == LaneKind.OneSided && former.IsEmpty))
        {
            _laneOfEngine[engine] = lane;
        }
    }

    private Lane? Find(RemoteEngine engine, in JettyDescriptor descriptor)
    {
        foreach (Lane lane in _lanes)
        {
            if (lane.Target.Engine == engine && lane.Target.JettyId == descriptor.JettyId && lane.Target.JfrId == descriptor.JfrId
                && lane.State != LaneState.Ended)
            {
                return lane;
            }
        }

        return null;
    }

    private Lane Open(LaneTarget target)
    {
        Sweep();
        Lane lane = Context.AddLane(index => new Lane(this, target, index));
        try
        {
            lane.Connect();
        }
        catch
        {
            Context.Remove(lane);
            lane.Dispose();
            throw;
        }

        SendJfc.Add(lane);
        _lanes = [.. _lanes, lane];
        return lane;
    }
}
