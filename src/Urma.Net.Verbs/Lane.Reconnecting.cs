using System.Diagnostics;

namespace Urma.Net.Verbs;

/// <content>The end of a connection, and the next one.</content>
internal sealed unsafe partial class Lane
{
    private static readonly long TryInterval = Stopwatch.Frequency;

    /// <summary>Ends it for good: what is under way is flushed, and ends with a status, as does what is posted from now on. Any thread.</summary>
    public void End(CompletionStatus status)
    {
        _gate.Enter();
        LaneState before = _state;
        if (before != LaneState.Ended)
        {
            _endStatus = status;
            _state = LaneState.Ended;
        }

        if (before == LaneState.Ready)
        {
            _pair.MoveToError();
            PostLast();
        }

        _gate.Exit();
        _jfc.Attend();
    }

    // Behind everything else of a queue pair that has failed, and flushed in any case: when it comes back, all has. The requests before it
    // that succeeded and report nothing leave no other trace. Under the gate.
    private void PostLast()
    {
        int error = PostExtra(_memory.Last, _native);
        if (error != 0)
        {
            Trace.TraceError($"Queue pair {_pair.Number} has failed and takes no request any more (errno {error}): what it had is given up.");
            _endStatus = CompletionStatus.LocalOperationError;
            _state = LaneState.Ended;
            _isDrained = true;
        }
    }

    /// <summary>Gives back what it has. Nobody posts to it or polls for it any more; a reconnection that is under way is waited for.</summary>
    public void Dispose()
    {
        var spin = default(SpinWait);
        while (_isReconnecting)
        {
            // Bounded by the control plane's own bound.
            spin.SpinOnce();
        }

        _pair.Destroy();
        _memory.Dispose();
    }

    // Under the JFC's gate.
    private void BeginReconnecting()
    {
        _gate.Enter();
        bool begins = _state == LaneState.Broken;
        if (begins)
        {
            _state = LaneState.Reconnecting;
            _isReconnecting = true;
        }

        _gate.Exit();
        if (!begins)
        {
            return;
        }

        if (_endStatus != CompletionStatus.Success)
        {
            // The peer did not answer. What waits has ended with that; whether the peer is back is found out meanwhile.
            RetireThrough(Volatile.Read(ref _tail) - 1, _endStatus);
        }

        _lastTry = Stopwatch.GetTimestamp();
        ThreadPool.UnsafeQueueUserWorkItem(static lane => lane.Reconnect(), this, preferLocal: false);
    }

    // Posting thread.
    private void TryAgain()
    {
        long now = Stopwatch.GetTimestamp();
        if (now - Volatile.Read(ref _lastTry) < TryInterval)
        {
            return;
        }

        _gate.Enter();
        bool begins = _state == LaneState.Lost;
        if (begins)
        {
            _state = LaneState.Reconnecting;
            _isReconnecting = true;
            Volatile.Write(ref _lastTry, now);
        }

        _gate.Exit();
        if (begins)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static lane => lane.Reconnect(), this, preferLocal: false);
        }
    }

    private void Reconnect()
    {
        QueuePair? pair = null;
        try
        {
            pair = CreatePair();
            Target.Reconnect(pair, _queue);
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException or TimeoutException)
        {
            Trace.TraceWarning($"Lane {Index} of send queue {_queue.Id} could not be connected again: {error.Message}");
            pair?.Destroy();
            pair = null;
        }

        QueuePair old;
        _gate.Enter();
        if (pair is not null && _state == LaneState.Reconnecting)
        {
            old = _pair;
            _pair = pair;
            _epoch++;
            _isDrained = false;
            _hasFailed = false;
            _probedAt = -1;
            Volatile.Write(ref _native, Volatile.Read(ref _head));
            _endStatus = CompletionStatus.Success;
            _state = LaneState.Ready;
            SubmitBacklog();
        }
        else
        {
            old = pair ?? _pair;
            if (_state == LaneState.Reconnecting)
            {
                _endStatus = CompletionStatus.AckTimeout;
                _state = LaneState.Lost;
            }
        }

        bool keepsOld = old == _pair;
        _gate.Exit();
        if (!keepsOld)
        {
            old.Destroy();
        }

        _jfc.Attend();

        // Whoever disposes the lane waits for this.
        _isReconnecting = false;
    }
}
