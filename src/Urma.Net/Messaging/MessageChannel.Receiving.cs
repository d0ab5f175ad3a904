using Urma.Net.Diagnostics;
using Urma.Net.Internal;
using Urma.Net.Messaging;

namespace Urma.Net;

public sealed partial class MessageChannel
{
    private readonly SlotState[] _slots;
    private readonly ReceiveRequest[] _receives;
    private readonly ReceiveRequest[] _toRepost;
    private readonly int _repostBatch;
    private readonly int _announceAfter;
    private ReceiverState _receiver;
    private int _repostCredits;

    /// <summary>Takes the next message if there is one.</summary>
    /// <param name="lease">The message; dispose it to give the room back.</param>
    /// <returns>False where there is none at the moment, and after the end (<see cref="IsCompleted"/>).</returns>
    /// <exception cref="UrmaException">The peer is gone and everything it sent was received.</exception>
    /// <exception cref="InvalidOperationException">An awaited receive is pending.</exception>
    /// <exception cref="ObjectDisposedException">The channel is closed.</exception>
    public bool TryReceive(out MessageLease lease)
    {
        if (!_receive.IsIdle)
        {
            ThrowReceivePending();
        }

        if (_receiver.PollGate.TryEnter())
        {
            string? fault = _fault;
            int progress = _credit.Progress;
            if (!HasMessage && PollBatch() == 0 && fault is null)
            {
                _receiver.PollGate.Exit();
                lease = default;
                return false;
            }

            if (fault is not null)
            {
                FindLastMessage();
            }

            bool taken = TryTake(out lease);
            _receiver.PollGate.Exit();
            if (progress != _credit.Progress)
            {
                WakeSender();
            }

            if (!taken && fault is not null && !_ended)
            {
                throw FaultException();
            }

            return taken;
        }

        // Somebody else polls: what they find waits in the inbox.
        ObjectDisposedException.ThrowIf(_closed, this);
        lease = default;
        return false;
    }

    /// <summary>Receives the next message.</summary>
    /// <param name="cancellationToken">Ends the wait; no message is taken then.</param>
    /// <returns>The message; dispose it to give the room back. <see cref="MessageLease.IsEnd"/> after the last one.</returns>
    /// <exception cref="UrmaException">The peer is gone and everything it sent was received.</exception>
    /// <exception cref="InvalidOperationException">An awaited receive is pending.</exception>
    public ValueTask<MessageLease> ReceiveAsync(CancellationToken cancellationToken = default) =>
        UrmaTracing.IsOn ? ReceiveTraced(cancellationToken) : ReceiveUntraced(cancellationToken);

    private ValueTask<MessageLease> ReceiveUntraced(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<MessageLease>(cancellationToken);
        }

        if (TryReceive(out MessageLease lease) || _ended)
        {
            return new ValueTask<MessageLease>(lease);
        }

        return _receive.Begin(cancellationToken);
    }

    /// <summary>Waits until <see cref="TryReceive"/> has something to say: a message, the end, or that the peer is gone.</summary>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False after the timeout.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">An awaited receive is pending.</exception>
    public bool WaitToReceive(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (!_receive.IsIdle)
        {
            ThrowReceivePending();
        }

        var slices = new Async.WaitSlices(timeout);
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (WaitSlice(slices.Next, cancellationToken))
            {
                return true;
            }
        }
        while (slices.HasMore);
        return false;
    }

    internal long LengthOf(int slot, uint generation)
    {
        ref SlotState state = ref _slots[slot];
        if (state.Generation != generation)
        {
            ThrowLeaseEnded();
        }

        return state.Length;
    }

    internal unsafe ReadOnlySpan<byte> SpanOf(int slot, uint generation)
    {
        ref SlotState state = ref _slots[slot];
        if (state.Generation != generation)
        {
            ThrowLeaseEnded();
        }

        return new ReadOnlySpan<byte>((void*)state.Address, checked((int)state.Length));
    }

    internal SegmentRange RangeOf(int slot, uint generation)
    {
        long length = LengthOf(slot, generation);
        return slot < _slotCount ? _memory.Range(((long)slot * Stride) + _slots[slot].Offset, length) : _largeReceiver.RangeOf(slot - _slotCount, length);
    }

    /// <summary>Ends a lease.</summary>
    internal void Release(int slot, uint generation)
    {
        _receiver.PostGate.Enter();
        ref SlotState state = ref _slots[slot];
        if (state.Generation != generation)
        {
            _receiver.PostGate.Exit();
            return;
        }

        state.Generation++;
        if (slot < _slotCount)
        {
            if (state.Offset != 0)
            {
                ForgetTrace(slot);
            }

            Repost(slot, credits: 1);
            _receiver.PostGate.Exit();
        }
        else
        {
            _receiver.PostGate.Exit();
            _largeReceiver.Release(slot - _slotCount);
        }
    }

    /// <summary>Takes a message from the inbox. Holds the poll gate.</summary>
    private bool TryTake(out MessageLease lease)
    {
        uint taken = _receiver.InboxTaken;
        if (taken == _receiver.InboxPut)
        {
            lease = default;
            return false;
        }

        int slot = _inbox[taken & (uint)(_inbox.Length - 1)];
        if (slot < 0)
        {
            // The end stays: whoever asks again is told again.
            _ended = true;
            lease = default;
            return false;
        }

        _receiver.InboxTaken = taken + 1;
        lease = new MessageLease(this, slot, _slots[slot].Generation);
        return true;
    }

    private void PostAllReceives()
    {
        for (int slot = 0; slot < _slotCount; slot++)
        {
            _slots[slot].Address = _memory.Address + (nint)((long)slot * Stride);
            _slots[slot].Generation = 1;
            _receives[slot] = new ReceiveRequest(_memory.Range((long)slot * Stride, _options.SlotSize), (ulong)slot);
        }

        UrmaStatus status = _jetty.ReceiveQueue.Post(_receives, out _);
        if (status != UrmaStatus.Success)
        {
            throw new UrmaException(status, $"The receives of a message channel could not be posted: {status}.");
        }
    }

    /// <summary>
    /// Offers a slot again. Slots that peers pay for are collected first: posting several at once costs little more than one.
    /// Holds the post gate.
    /// </summary>
    private void Repost(int slot, int credits)
    {
        _toRepost[_receiver.Returned++] = _receives[slot];
        _repostCredits += credits;
        if (credits != 0 && _receiver.Returned < _repostBatch)
        {
            return;
        }

        // Cannot be full: as many receives as there are slots fit.
        _jetty.ReceiveQueue.Post(_toRepost.AsSpan(0, _receiver.Returned), out _);
        _receiver.Returned = 0;
        _receiver.Reposted += (uint)_repostCredits;
        _repostCredits = 0;
        if ((int)(_receiver.Reposted - _receiver.Announced) >= _announceAfter && PostControl(new ChannelMessage(ChannelMessageKind.Credit, _receiver.Reposted), default))
        {
            _receiver.Announced = _receiver.Reposted;
        }
    }

    private void InvalidateLeases()
    {
        _receiver.PostGate.Enter();
        for (int slot = 0; slot < _slots.Length; slot++)
        {
            _slots[slot].Generation++;
        }

        // Kept for ever: a lease that is disposed later has nothing to post to. Its generation says so, but it needs the gate.
        _receiver.PostGate.Exit();
    }

    private static void ThrowLeaseEnded() => throw new ObjectDisposedException(
        nameof(MessageLease), "The lease was disposed, or its channel was: the memory may hold another message by now.");

    private static void ThrowReceivePending() =>
        throw new InvalidOperationException("A receive is pending: await it before the next one. One thread receives at a time.");
}
