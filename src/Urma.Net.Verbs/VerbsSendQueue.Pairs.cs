using Urma.Net.Internal;

namespace Urma.Net.Verbs;

/// <content>Lanes that are made by hand: to queue pairs of other programs.</content>
internal sealed unsafe partial class VerbsSendQueue
{
    /// <summary>Says whether another target can be had at all.</summary>
    /// <exception cref="UrmaException">It has its one target already, or is closed.</exception>
    public void RequireRoomForTarget()
    {
        if (_isClosed || _inError)
        {
            throw new UrmaException(UrmaStatus.Failed, $"Send queue {Id} is in its error state or closed: make another jetty.");
        }

        if (Mode == TransportMode.ReliableConnection && _boundTarget != 0)
        {
            throw new UrmaException(UrmaStatus.Exists, $"Send queue {Id} is connected already; it has one target at a time.");
        }
    }

    /// <summary>Takes a connected lane as the way to a target. Posting thread.</summary>
    public void Adopt(Lane lane, ulong target)
    {
        lock (_lock)
        {
            RequireRoomForTarget();
            Sweep();
            SendJfc.Add(lane);
            _lanes = [.. _lanes, lane];
            SetLaneOfTarget(target, lane);
            SetLaneOfEngine(lane.Target.Engine.Index, lane);
            _boundTarget = Mode == TransportMode.ReliableConnection ? target : _boundTarget;
        }
    }

    /// <summary>Ends an adopted lane; its target and its memory are known to nobody any more. Any thread.</summary>
    public void Drop(Lane lane, ulong target)
    {
        lane.End(CompletionStatus.WorkRequestFlushed);

        // Who posts has either seen that the target is gone, or has finished.
        bool isIdle = Context.WaitUntilNobodyPosts();
        lock (_lock)
        {
            _boundTarget = _boundTarget == target ? 0 : _boundTarget;
            if (!_lanes.Contains(lane))
            {
                return;
            }

            Forget([lane]);
        }

        // It may have been the last lane of a thread that came in between.
        isIdle = Context.WaitUntilNobodyPosts() && isIdle;
        SendJfc.DrainUntil(() => lane.IsOver, DrainBound);
        if (isIdle)
        {
            GiveBack(lane);
        }
        else
        {
            System.Diagnostics.Trace.TraceWarning($"A thread has been posting to send queue {Id} for very long: a lane stays until the queue goes.");
            lock (_lock)
            {
                _lanes = [.. _lanes, lane];
            }
        }
    }

    // Under the lock.
    private void SetLaneOfTarget(ulong target, Lane lane)
    {
        int index = (int)(target & (HandleTable.Capacity - 1));
        if (index >= _laneOfTarget.Length)
        {
            Array.Resize(ref _laneOfTarget, Math.Max(index + 1, 2 * _laneOfTarget.Length));
        }

        _laneOfTarget[index] = (target, lane);
    }

    // Under the lock.
    private void Forget(Lane[] over)
    {
        _lanes = [.. _lanes.Except(over)];
        _lastLane = over.Contains(_lastLane) ? null : _lastLane;
        for (int i = 0; i < _laneOfEngine.Length; i++)
        {
            _laneOfEngine[i] = over.Contains(_laneOfEngine[i]) ? null : _laneOfEngine[i];
        }

        for (int i = 0; i < _laneOfTarget.Length; i++)
        {
            _laneOfTarget[i] = over.Contains(_laneOfTarget[i].Lane) ? default : _laneOfTarget[i];
        }
    }
}
