using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>Which sources are polled directly, which ring the doorbell, and how a waiter sleeps.</summary>
internal sealed unsafe partial class LoopbackJfc : IActivity
{
    // A peer may ring bits that mean nothing, for ever: it must not keep a poll from returning.
    private const int MaxBitsPerLook = 128;

    // A sleeper looks at every source this often by itself, should a hostile peer have silenced the doorbell.
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    // A yield on an idle core returns at once; on a shared one it is the cheapest way to let the sender run.
    private const int YieldsBeforeSleep = 64;

    private readonly List<LoopbackJfr> _toFlush = [];
    private uint _copyActivity;

    uint IActivity.Activity => Volatile.Read(ref _copyActivity);

    uint IActivity.PendingActivity => 0;

    /// <summary>The poller is about to copy a payload into a receive buffer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EnterCopy() => Volatile.Write(ref _copyActivity, _copyActivity + 1);

    /// <summary>It has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LeaveCopy() => Volatile.Write(ref _copyActivity, _copyActivity + 1);

    private bool NeedsAttention
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _closingSources || _pendingQueues != 0 || Doorbell.HasRung;
    }

    /// <summary>Whether a poll would take something now.</summary>
    public bool HasCompletion
    {
        get
        {
            int hot = _hotCount;
            for (int i = 0; i < hot; i++)
            {
                if (_hot[i].HasEntry)
                {
                    return true;
                }
            }

            return NeedsAttention && FindWaiting();
        }
    }

    /// <summary>The next source whose doorbell rang and that has an entry, after letting go of closed ones; null when there is none.</summary>
    private CompletionSource? NextRung()
    {
        if (_closingSources)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            DetachClosed();
        }

        if (_pendingQueues != 0)
        {
            ProgressPending();
        }

        int bit;
        for (int tries = MaxBitsPerLook; tries > 0 && (bit = Doorbell.TakeBit()) >= 0; tries--)
        {
            CompletionSource? source = bit < _sources.Length ? Volatile.Read(ref _sources[bit]) : null;
            if (source is null || source.IsHot)
            {
                continue;
            }

            if (source.HasEntry)
            {
                source.LastUsed = _polls;
                if (source.IsDozing)
                {
                    source.IsDozing = false;
                }
                else
                {
                    _ = TryMakeHot(source);
                }

                return source;
            }
        }

        return null;
    }

    // A source that stays armed and was not emptied must be looked at again: its writer has rung for these entries already.
    private void KeepBit(CompletionSource source)
    {
        if (!source.IsHot && source.HasEntry)
        {
            Doorbell.Mark(source.Bit);
        }
    }

    private bool TryMakeHot(CompletionSource source)
    {
        // While an event is due every writer must ring, whoever polls in between.
        if (_armedForEvent || (_hotCount == MaxHot && !ArmOldest()))
        {
            return false;
        }

        _hot[_hotCount++] = source;
        source.IsHot = true;
        Volatile.Write(ref *source.Armed, 0);
        return true;
    }

    private bool ArmOldest()
    {
        int oldest = 0;
        for (int i = 1; i < _hotCount; i++)
        {
            if (_hot[i].LastUsed < _hot[oldest].LastUsed)
            {
                oldest = i;
            }
        }

        CompletionSource source = _hot[oldest];
        if (_polls - source.LastUsed < IdlePollsBeforeArming)
        {
            return false;
        }

        RemoveHot(oldest);
        Volatile.Write(ref *source.Armed, 1);
        LoopbackBarrier.Heavy();
        if (source.HasEntry)
        {
            Doorbell.Mark(source.Bit);
        }

        return true;
    }

    private void RemoveHot(int index)
    {
        _hot[index].IsHot = false;
        _hot[index] = _hot[--_hotCount];
        _hot[_hotCount] = null!;
        _nextHot = 0;
    }

    private bool FindWaiting()
    {
        if (_closingSources)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            DetachClosed();
        }

        if (_pendingQueues != 0)
        {
            ProgressPending();
        }

        for (int i = 0; i < _hotCount; i++)
        {
            if (_hot[i].HasEntry)
            {
                return true;
            }
        }

        int bit;
        for (int tries = MaxBitsPerLook; tries > 0 && (bit = Doorbell.TakeBit()) >= 0; tries--)
        {
            CompletionSource? source = bit < _sources.Length ? Volatile.Read(ref _sources[bit]) : null;
            if (source is { IsHot: false, HasEntry: true })
            {
                if (source.IsDozing || !TryMakeHot(source))
                {
                    Doorbell.Mark(bit);
                }

                return true;
            }
        }

        return false;
    }

    private void DetachClosed()
    {
        _closingSources = false;
        for (int bit = 0; bit < _sources.Length; bit++)
        {
            CompletionSource? source = Volatile.Read(ref _sources[bit]);
            if (source is not { IsClosing: true })
            {
                continue;
            }

            if (source.HasEntry)
            {
                _closingSources = true;
                if (!source.IsHot)
                {
                    Doorbell.Mark(bit);
                }

                continue;
            }

            int hot = Array.IndexOf(_hot, source, 0, _hotCount);
            if (hot >= 0)
            {
                RemoveHot(hot);
            }

            lock (_sourcesLock)
            {
                _sources[bit] = null;
            }

            source.IsDetached = true;
            source.OnDetached();
        }

        FlushDrained();
    }

    /// <summary>Asks the poller to flush a closed receive queue once its lanes are empty. Any thread.</summary>
    public void FlushWhenDrained(LoopbackJfr jfr)
    {
        lock (_sourcesLock)
        {
            _toFlush.Add(jfr);
        }

        _closingSources = true;
        Doorbell.Wake();
    }

    private void FlushDrained()
    {
        LoopbackJfr[] queues;
        lock (_sourcesLock)
        {
            queues = [.. _toFlush];
        }

        foreach (LoopbackJfr queue in queues)
        {
            if (queue.TryFlush())
            {
                lock (_sourcesLock)
                {
                    _toFlush.Remove(queue);
                }
            }
            else
            {
                _closingSources = true;
            }
        }
    }

    private void ProgressPending()
    {
        if (_context.Links is { } links)
        {
            links.Progress();
            return;
        }

        foreach (LoopbackSendQueue queue in _queues)
        {
            if (queue.HasPending)
            {
                queue.TryProgress();
            }
        }
    }

    public override bool WaitUntilReady(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (HasCompletion)
        {
            return true;
        }

        if (timeout == TimeSpan.Zero)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }

        _isWaiting = true;
        try
        {
            return SpinThenSleep(timeout, cancellationToken);
        }
        finally
        {
            _isWaiting = false;
        }
    }

    private bool SpinThenSleep(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_wait.Look(new CompletionLook(this), YieldsBeforeSleep))
        {
            return true;
        }

        long begin = Stopwatch.GetTimestamp();
        bool ready = SleepUntilReady(timeout, cancellationToken);
        _wait.EndedSleeping(Stopwatch.GetTimestamp() - begin, ready);
        return ready;
    }

    private bool SleepUntilReady(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static d => ((LoopbackDoorbell)d!).Wake(), Doorbell);
        long deadline = TimeLimit.After(timeout);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_disposed, this);
            int ticket = BeginSleep();
            try
            {
                if (HasCompletion)
                {
                    return true;
                }

                TimeSpan left = TimeLimit.Left(deadline);
                if (left == TimeSpan.Zero)
                {
                    return false;
                }

                if (!cancellationToken.IsCancellationRequested)
                {
                    Doorbell.Sleep(ticket, left == Timeout.InfiniteTimeSpan || left > SweepInterval ? SweepInterval : left);
                }
            }
            finally
            {
                Doorbell.EndSleep();
            }
        }
    }

    /// <summary>
    /// Arms every source, so that whoever writes an entry after this rings; returns the ticket to sleep on. Look once more before
    /// sleeping: entries written before are announced in the doorbell by this call.
    /// </summary>
    public int BeginSleep()
    {
        Doorbell.BeginSleep();
        ArmAll();
        return Doorbell.Ticket;
    }

    // What is armed already rings by itself. So a source that brings one message between two sleeps stays armed (it dozes), and neither
    // needs the kernel's barrier again: that one interrupts the processor of the peer who has just been woken.
    private void ArmAll()
    {
        if (_hotCount != 0)
        {
            for (int i = _hotCount - 1; i >= 0; i--)
            {
                Volatile.Write(ref *_hot[i].Armed, 1);
                RemoveHot(i);
            }

            LoopbackBarrier.Heavy();
        }
        else
        {
            // What the poller has written for writers that ring comes before its last look.
            Interlocked.MemoryBarrier();
        }

        for (int bit = 0; bit < _sources.Length; bit++)
        {
            if (Volatile.Read(ref _sources[bit]) is { } source)
            {
                source.IsDozing = true;
                if (source.HasEntry)
                {
                    Doorbell.Mark(bit);
                }
            }
        }
    }

    /// <summary>Completions that wait to be polled; approximate while others post and poll. Looks at every source.</summary>
    public long CountWaiting()
    {
        long waiting = 0;
        foreach (CompletionSource? source in _sources)
        {
            if (source is null or { IsDetached: true })
            {
                continue;
            }

            uint next = source.Taken;
            while (next - source.Taken <= source.Mask && Volatile.Read(ref (source.Entries + (next & source.Mask))->Sequence) == next + 1)
            {
                next++;
                waiting++;
            }
        }

        return waiting;
    }

    private protected override void DisposeCore()
    {
        lock (_sourcesLock)
        {
            if (_disposed)
            {
                return;
            }

            if (_reserved != 0)
            {
                throw new UrmaException(UrmaStatus.Failed, "Send or receive queues still report to this JFC: dispose them first.");
            }

            _disposed = true;
        }

        ((LoopbackJfce?)Jfce)?.Detach(this);
        bool hasLeft = SendWaiterAway();
        while (_hotCount > 0)
        {
            RemoveHot(_hotCount - 1);
        }

        for (int bit = 0; bit < _sources.Length; bit++)
        {
            if (_sources[bit] is { } source)
            {
                source.IsDetached = true;
                _sources[bit] = null;
                source.OnDetached();
            }
        }

        if (hasLeft)
        {
            Doorbell.Dispose();
        }

        // Keeps every later poll from returning quietly: it looks here when it finds nothing.
        _closingSources = true;
        _context.Graveyard.Unwatch(this);
        _context.Remove(this);
    }

    // A context may be closed while another thread waits here: the doorbell must not go from under it.
    private bool SendWaiterAway()
    {
        _closingSources = true;
        LoopbackBarrier.Heavy();
        return SpinWait.SpinUntil(
            () =>
            {
                // Said again because a poller that was just detaching sources takes the flag back.
                _closingSources = true;
                if (_isWaiting)
                {
                    Doorbell.Wake();
                }

                return !_isWaiting;
            },
            LeaveBound);
    }

    private readonly struct CompletionLook(LoopbackJfc jfc) : IReadiness
    {
        public bool IsReady
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => jfc.HasCompletion;
        }
    }
}
