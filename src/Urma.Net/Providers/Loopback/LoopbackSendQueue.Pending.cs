using System.Runtime.InteropServices;
using Urma.Net.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>Work that waits: for the receiver to be ready, or for the engine thread.</summary>
internal sealed unsafe partial class LoopbackSendQueue
{
    private const int InfiniteRetry = 7;
    private static readonly TimeSpan DrainBound = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AnswerInterval = TimeSpan.FromMilliseconds(1);

    // Made with the queue, so that the first receiver that is not ready costs the posting thread no allocation.
    private readonly PendingWork[] _pending;
    private uint _pendingHead;
    private bool _headIsRunning;
    private bool _headNeedsEngine;
    private bool _headAwaitsAnswer;
    private bool _isEngineTurn;
    private bool _announced;
    private bool _submitted;
    private uint _pendingActivity;

    /// <summary>Odd while backlog is being executed.</summary>
    public uint PendingActivity => Volatile.Read(ref _pendingActivity);

    private UrmaStatus PostBehind(ReadOnlySpan<WorkRequest> requests, ReadOnlySpan<SegmentRange> gather, ref int posted)
    {
        bool wakeEngine = false;
        UrmaStatus result = UrmaStatus.Success;
        lock (_gate)
        {
            if (_state != JettyState.Ready)
            {
                return PostFlushed(requests, ref posted);
            }

            int count = Pending;
            while (posted < requests.Length)
            {
                ref readonly WorkRequest request = ref requests[posted];
                if (!IsWellFormed(in request, gather))
                {
                    result = UrmaStatus.InvalidArgument;
                    break;
                }

                if (!_ring.HasRoom((uint)count))
                {
                    SeeDepth();
                    result = UrmaStatus.TryAgain;
                    break;
                }

                Enqueue(in request, gather, count++);
                posted++;
            }

            _timedSince = 0;
            SetPending(count);
            SeeDepth();
            wakeEngine = RunPending();
        }

        if (wakeEngine)
        {
            _context.Engine.Submit(this);
        }

        return result;
    }

    /// <summary>Runs what can run now, from whichever thread; gives way when another is at it.</summary>
    public void TryProgress()
    {
        if (Pending == 0 || !_gate.TryEnter())
        {
            return;
        }

        bool wakeEngine;
        try
        {
            wakeEngine = RunPending();
        }
        finally
        {
            _gate.Exit();
        }

        if (wakeEngine)
        {
            _context.Engine.Submit(this);
        }
    }

    /// <summary>The engine's turn: runs what only it may run. Returns how long until it should come again.</summary>
    public TimeSpan RunOnEngine()
    {
        while (true)
        {
            PendingWork head;
            lock (_gate)
            {
                bool isPolled = _headSeenByEngine != _pendingHead;
                uint before = _pendingHead;
                _ = RunPending();
                _headSeenByEngine = _pendingHead;
                if (Pending == 0)
                {
                    return WhenEmpty(isPolled, hasWorked: before != _pendingHead);
                }

                // A second engine would have found the head running.
                if (_headIsRunning)
                {
                    return _rnrTimer;
                }

                head = _pending[_pendingHead & (uint)(Depth - 1)];
                if (!_headNeedsEngine)
                {
                    return !IsDue(in head) ? UntilDue(in head, isPolled)
                        : _headAwaitsAnswer ? AnswerInterval
                        : UntilRetry(head.Deadline);
                }

                // The copy runs outside the gate, so that posting never waits for it.
                _headIsRunning = true;
                _isEngineTurn = true;
            }

            Outcome outcome = ExecuteCopied(in head, out CompletionStatus status, out long length);
            lock (_gate)
            {
                _headIsRunning = false;
                _isEngineTurn = false;
                _headNeedsEngine = false;
                ref PendingWork slot = ref _pending[_pendingHead & (uint)(Depth - 1)];
                if (outcome == Outcome.Asked && _state == JettyState.Ready)
                {
                    return AnswerInterval;
                }

                if (outcome is Outcome.NotReady or Outcome.Asked or Outcome.Unconnected)
                {
                    if (_state == JettyState.Ready && !IsOverdue(ref slot, outcome))
                    {
                        return UntilRetry(slot.Deadline);
                    }

                    status = _state == JettyState.Ready ? OverdueStatus(outcome) : CompletionStatus.WorkRequestFlushed;
                    length = 0;
                    _counters->CountError();
                }

                _counters->CountEngine();
                if (status != CompletionStatus.Success)
                {
                    Settle(ref status);
                }

                Retire(ref slot, status, length);
                _headSeenByEngine = _pendingHead;
                SetPending(Pending - 1);
            }
        }
    }

    /// <summary>Waits until what is being carried out at this moment has its completion.</summary>
    /// <param name="deadline">From <see cref="TimeLimit"/>.</param>
    public void AwaitRunning(long deadline)
    {
        uint activity = Activity;
        var spin = default(SpinWait);
        while (((activity & 1) != 0 && Activity == activity) || IsRunningPending())
        {
            if (TimeLimit.HasPassed(deadline))
            {
                return;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private bool IsRunningPending()
    {
        if (Pending == 0)
        {
            return false;
        }

        if (!_gate.TryEnter())
        {
            return true;
        }

        bool isRunning = _headIsRunning;
        _gate.Exit();
        return isRunning;
    }

    // Under the gate. True when something is left and the engine does not know of this queue yet.
    private bool RunPending()
    {
        int count = Pending;
        if (_headIsRunning)
        {
            return false;
        }

        bool engineKnows = _submitted && (_links is null || _headNeedsEngine);
        _headNeedsEngine = false;

        while (count != 0)
        {
            ref PendingWork head = ref _pending[_pendingHead & (uint)(Depth - 1)];
            if (_state != JettyState.Ready)
            {
                Retire(ref head, CompletionStatus.WorkRequestFlushed, 0);
                count--;
                continue;
            }

            // Holds for every request that is carried out here, each at its own time.
            if (!IsDue(in head))
            {
                break;
            }

            if (_links is null && count > 1 && head.Request.Opcode == Opcode.Send)
            {
                int run = ExecuteKeptRun(count);
                count -= run;
                if (run != 0)
                {
                    continue;
                }
            }

            Outcome outcome = ExecuteCopied(in head, out CompletionStatus status, out long length);
            _headNeedsEngine = outcome == Outcome.Engine;
            _headAwaitsAnswer = outcome == Outcome.Asked;
            if (_headNeedsEngine || _headAwaitsAnswer)
            {
                break;
            }

            if (outcome is Outcome.NotReady or Outcome.Unconnected)
            {
                if (_options.TransportMode != TransportMode.UnreliableMessage)
                {
                    if (!IsOverdue(ref head, outcome))
                    {
                        break;
                    }

                    status = OverdueStatus(outcome);
                    length = 0;
                    _counters->CountError();
                }
            }

            if (outcome == Outcome.Malformed)
            {
                status = CompletionStatus.LocalOperationError;
            }

            if (status != CompletionStatus.Success)
            {
                Settle(ref status);
            }

            Retire(ref head, status, length);
            count--;
        }

        SetPending(count);
        if (count == 0 || engineKnows || (_submitted && !_headNeedsEngine))
        {
            return false;
        }

        _submitted = true;
        return true;
    }

    // Starts the clock at the first try that found no peer, or no receive.
    private bool IsOverdue(ref PendingWork work, Outcome outcome)
    {
        bool awaitsPeer = outcome == Outcome.Unconnected;
        if (work.Deadline == 0 || work.AwaitsPeer != awaitsPeer)
        {
            work.AwaitsPeer = awaitsPeer;
            if (awaitsPeer)
            {
                work.Deadline = TimeLimit.After(_ackTimeout);
            }
            else
            {
                BeginStall(ref work);
                work.Deadline = _rnrRetry == InfiniteRetry ? TimeLimit.Never : TimeLimit.After(_rnrTimer * _rnrRetry);
            }
        }

        return TimeLimit.HasPassed(work.Deadline);
    }

    private TimeSpan UntilRetry(long deadline)
    {
        TimeSpan left = TimeLimit.Left(deadline);
        TimeSpan wait = left == Timeout.InfiniteTimeSpan || left > _rnrTimer ? _rnrTimer : left;
        return wait < LookInterval ? LookInterval : wait;
    }

    private Outcome ExecuteCopied(in PendingWork work, out CompletionStatus status, out long length)
    {
        var pieces = new ReadOnlySpan<SegmentRange>(work.Pieces, work.Pieces == null ? 0 : work.Request.GatherCount);
        Volatile.Write(ref _pendingActivity, _pendingActivity + 1);
        _ring.BeginCarryingOut();
        Outcome outcome = Execute(in work.Request, pieces, out status, out length);
        Volatile.Write(ref _pendingActivity, _pendingActivity + 1);
        return outcome;
    }

    private int ExecuteKeptRun(int count)
    {
        Volatile.Write(ref _pendingActivity, _pendingActivity + 1);
        _ring.BeginCarryingOut();
        int run = ExecuteSendRun(new KeptRun(this, count));
        Volatile.Write(ref _pendingActivity, _pendingActivity + 1);
        return run;
    }

    private bool IsWellFormed(in WorkRequest request, ReadOnlySpan<SegmentRange> gather)
    {
        bool known = request.Opcode switch
        {
            Opcode.Write or Opcode.WriteImmediate or Opcode.WriteNotify or Opcode.Read or Opcode.Send or Opcode.SendImmediate or Opcode.Nop => true,
            >= Opcode.CompareSwap and <= Opcode.FetchXor => true,
            _ => false,
        };
        return known
            && (request.GatherCount == 0
                || (request.GatherCount <= LoopbackLayout.MaxGather && request.GatherStart >= 0 && request.GatherStart <= gather.Length - request.GatherCount));
    }

    private void Enqueue(in WorkRequest request, ReadOnlySpan<SegmentRange> gather, int count)
    {
        ref PendingWork work = ref _pending[(_pendingHead + (uint)count) & (uint)(Depth - 1)];
        work = new PendingWork { Request = request };
        if (request.GatherCount != 0)
        {
            work.Pieces = (SegmentRange*)NativeMemory.Alloc(request.GatherCount, (nuint)sizeof(SegmentRange));
            gather.Slice(request.GatherStart, request.GatherCount).CopyTo(new Span<SegmentRange>(work.Pieces, request.GatherCount));
            work.Request.GatherStart = 0;
        }

        work.PostedAt = StampOfNext();

        if ((request.Flags & WorkRequestFlags.Inline) != 0)
        {
            CopyInline(ref work);
        }

        if (_links is not null && LinkOf(in request) is { } link)
        {
            // Looking at the clock takes time behind the due moment as it does for those who wait on the spot.
            work.DueAt = link.Reserve(LengthOf(in work), inbound: request.Opcode == Opcode.Read) - link.OwnCost;
        }
    }

    // Inline payload belongs to the caller again as soon as Post returns.
    private static void CopyInline(ref PendingWork work)
    {
        Span<SegmentRange> pieces = work.Pieces != null
            ? new Span<SegmentRange>(work.Pieces, work.Request.GatherCount)
            : new Span<SegmentRange>(ref work.Request.Local);
        long total = 0;
        foreach (SegmentRange piece in pieces)
        {
            total += piece.Length;
        }

        if (total is <= 0 or > LoopbackLayout.MaxInlineLength)
        {
            return;
        }

        work.Payload = (byte*)NativeMemory.Alloc((nuint)total);
        byte* next = work.Payload;
        foreach (ref SegmentRange piece in pieces)
        {
            CopyKernel.Copy(next, (byte*)piece.Address, piece.Length);
            piece = new SegmentRange((nint)next, piece.Length, 0);
            next += piece.Length;
        }
    }

    private void Retire(ref PendingWork work, CompletionStatus status, long length)
    {
        if (status != CompletionStatus.Success || (work.Request.Flags & WorkRequestFlags.Signaled) != 0)
        {
            _ring.Push(work.Request.UserContext, length, status, _flags, (byte)work.Request.Opcode);
        }

        EndTimes(in work, status);
        NativeMemory.Free(work.Pieces);
        NativeMemory.Free(work.Payload);
        work = default;
        _pendingHead++;
    }

    // Always the last write of whoever changes the backlog: zero hands the queue back to the posting thread.
    private void SetPending(int count)
    {
        if (count != 0 != _announced)
        {
            _announced = count != 0;
            _jfc.AddPending(_announced ? 1 : -1);
        }

        if (Observability.IsOn)
        {
            _counters->Waiting = count;
        }

        _pendingCount = _links is null ? count : count | AlwaysPending;
    }

    public void ModifyToError()
    {
        lock (_gate)
        {
            if (_state == JettyState.Error)
            {
                return;
            }

            _state = JettyState.Error;
            _ = RunPending();
        }
    }

    public void Dispose()
    {
        ModifyToError();
        if (Interlocked.Exchange(ref _released, 1) != 0)
        {
            return;
        }

        // A copy that the engine has begun ends soon: memory must not be taken from under it.
        SpinWait.SpinUntil(() => Pending == 0, DrainBound);
        foreach (LoopbackSendLane? lane in _lanes)
        {
            if (lane is not null)
            {
                _context.CloseLane(lane);
            }
        }

        _lanes = [];
        _links?.Remove(this);
        _jfc.RemoveQueue(this);
        _jfc.Release(Depth);
        _jfc.Close(_ring);
    }

    private void OnRingDetached()
    {
        _context.Statistics.Return(_counters);
        _ring.Free();
    }
}
