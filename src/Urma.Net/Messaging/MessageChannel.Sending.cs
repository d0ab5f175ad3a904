using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;
using Urma.Net.Messaging;

namespace Urma.Net;

public sealed partial class MessageChannel
{
    private SenderState _sender;
    private CreditState _credit;

    // Set by whoever polls when the completion came that a blocking post waits for.
    private volatile int _postEnded;
    private Completion _postCompletion;

    // When a post is given up, by Environment.TickCount64.
    private long _sendDeadline = long.MaxValue;

    // Gives up the wait for a post, not the post.
    private CancellationToken _sendCancellation;
    private bool _isPosted;

    // The longest message that TrySend sends without further questions.
    private int _shortLimit;

    // None where each has to be asked for its span.
    private int LongestShort => _carriesTraces ? -1 : Math.Min(_inlineLimit, _eagerLimit);

    internal int SendProgress => Volatile.Read(ref _credit.Progress);

    private SendBlocks Blocks => (SendBlocks)Volatile.Read(ref _credit.Blocks);

    private bool HasCredit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (int)(Volatile.Read(ref _credit.Limit) - _sender.Sent) > 0;
    }

    /// <summary>Sends a message if there is room for it at the peer now.</summary>
    /// <param name="message">The bytes; they are the caller's again when this returns.</param>
    /// <returns>False where the peer has no room: nothing was sent, try again later.</returns>
    /// <exception cref="UrmaException">The peer is gone, closed the channel, or refuses a message of this length.</exception>
    /// <exception cref="InvalidOperationException">An awaited send is pending, or <see cref="Complete"/> was called.</exception>
    /// <exception cref="ObjectDisposedException">The channel is closed.</exception>
    public unsafe bool TrySend(ReadOnlySpan<byte> message)
    {
        if (message.Length > _shortLimit || _credit.Blocks != 0 || !HasCredit)
        {
            return TrySendSlow(message);
        }

        fixed (byte* data = message)
        {
            _sender.Request.Local = new SegmentRange((nint)data, message.Length, 0);
            UrmaStatus status = _jetty.Post(in _sender.Request);
            if (status != UrmaStatus.Success)
            {
                return PostRefused(status);
            }
        }

        _sender.Sent++;
        return true;
    }

    /// <summary>Sends registered bytes if there is room for them at the peer now: one copy, straight into its memory.</summary>
    /// <param name="message">The bytes; they are the caller's again when this returns.</param>
    /// <returns>False where the peer has no room: nothing was sent, try again later.</returns>
    /// <exception cref="UrmaException">The peer is gone, closed the channel, refuses a message of this length, or the range is not registered.</exception>
    /// <exception cref="InvalidOperationException">An awaited send is pending, or <see cref="Complete"/> was called.</exception>
    /// <exception cref="ObjectDisposedException">The channel is closed.</exception>
    public bool TrySend(SegmentRange message)
    {
        SendBlocks blocks = Blocks;
        if (blocks != SendBlocks.None)
        {
            ThrowBlocked(blocks);
        }

        if (_carriesTraces)
        {
            TakeTrace();
        }

        return TrySendNow(message);
    }

    /// <summary>Sends a message, waiting for room at the peer where there is none.</summary>
    /// <param name="message">The bytes; they must not change until the send completes.</param>
    /// <param name="cancellationToken">Gives up waiting; the message is not sent then.</param>
    /// <exception cref="UrmaException">The peer is gone, closed the channel, or refuses a message of this length.</exception>
    /// <exception cref="InvalidOperationException">An awaited send is pending, or <see cref="Complete"/> was called.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) =>
        UrmaTracing.IsOn ? SendTraced(message, cancellationToken) : SendUntraced(message, cancellationToken);

    private ValueTask SendUntraced(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        return TrySend(message.Span) ? default : _send.Begin(message, cancellationToken);
    }

    /// <summary>Sends registered bytes, more than 2³¹ − 1 if need be, waiting for room at the peer where there is none.</summary>
    /// <param name="message">The bytes; they must not change until the send completes.</param>
    /// <param name="cancellationToken">Gives up waiting; the message is not sent then.</param>
    /// <exception cref="UrmaException">The peer is gone, closed the channel, refuses a message of this length, or the range is not registered.</exception>
    /// <exception cref="InvalidOperationException">An awaited send is pending, or <see cref="Complete"/> was called.</exception>
    public ValueTask SendAsync(SegmentRange message, CancellationToken cancellationToken = default) =>
        UrmaTracing.IsOn ? SendTraced(message, cancellationToken) : SendUntraced(message, cancellationToken);

    private ValueTask SendUntraced(SegmentRange message, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        return TrySend(message) ? default : _send.Begin(message, cancellationToken);
    }

    /// <summary>Adds to what is in the way of sending; returns what was.</summary>
    internal SendBlocks Block(SendBlocks block) => (SendBlocks)Interlocked.Or(ref _credit.Blocks, (int)block);

    internal void Unblock(SendBlocks block) => Interlocked.And(ref _credit.Blocks, ~(int)block);

    /// <summary>Sends whatever the length, on behalf of the caller or of the pending send. False where there is no room.</summary>
    internal bool TrySendNow(ReadOnlySpan<byte> message)
    {
        ThrowIfEnded();
        if (!HasCredit)
        {
            PollForSender();
            if (!HasCredit)
            {
                BeginStall();
                return false;
            }
        }

        LeaveStall();
        return _sender.IsTraced ? TrySendTraced(message)
            : message.Length <= _eagerLimit ? TrySendEager(message)
            : TrySendLarge(message);
    }

    /// <inheritdoc cref="TrySendNow(ReadOnlySpan{byte})"/>
    internal bool TrySendNow(SegmentRange message)
    {
        ThrowIfEnded();
        if (!HasCredit)
        {
            PollForSender();
            if (!HasCredit)
            {
                BeginStall();
                return false;
            }
        }

        LeaveStall();
        if (message.Length > _eagerLimit || _sender.IsTraced)
        {
            return TrySendLarge(message);
        }

        Execute(WorkRequest.Send(_target!, message, PostContext));
        _sender.Sent++;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TrySendSlow(ReadOnlySpan<byte> message)
    {
        SendBlocks blocks = Blocks;
        if (blocks != SendBlocks.None)
        {
            ThrowBlocked(blocks);
        }

        if (_carriesTraces)
        {
            TakeTrace();
        }

        return TrySendNow(message);
    }

    private unsafe bool TrySendEager(ReadOnlySpan<byte> message)
    {
        if (message.Length <= _inlineLimit)
        {
            fixed (byte* data = message)
            {
                Execute(WorkRequest.SendInline(_target!, data, message.Length, PostContext));
            }
        }
        else
        {
            SegmentRange staging = _memory.Range((long)_slotCount * Stride, message.Length);
            message.CopyTo(new Span<byte>((void*)staging.Address, message.Length));
            Execute(WorkRequest.Send(_target!, staging, PostContext));
        }

        _sender.Sent++;
        return true;
    }

    /// <summary>
    /// Executes a request of the sender's and returns when its buffers are free. At once on providers that execute while posting;
    /// others are polled for: the request is signalled and carries <see cref="PostContext"/>.
    /// </summary>
    private void Execute(in WorkRequest request)
    {
        UrmaStatus status = _jetty.ExecuteOrPost(in request, out Completion completion, out bool posted);
        if (status != UrmaStatus.Success || posted)
        {
            completion = ExecuteSlowly(request, status, posted);
        }

        if (!completion.IsSuccess)
        {
            ThrowSendFailed(completion);
        }
    }

    private Completion ExecuteSlowly(WorkRequest request, UrmaStatus status, bool posted)
    {
        var spin = default(SpinWait);
        while (status == UrmaStatus.TryAgain)
        {
            ThrowIfLate();
            PollForSender();
            spin.SpinOnce();
            status = _jetty.ExecuteOrPost(in request, out Completion completion, out posted);
            if (status == UrmaStatus.Success && !posted)
            {
                return completion;
            }
        }

        if (status != UrmaStatus.Success)
        {
            ThrowIfEnded();
            throw new UrmaException(status, $"A message to {PeerName} was refused by the send queue with {status}.");
        }

        return AwaitPosted();
    }

    // Ends with the provider's own bound: every posted request completes, if need be because the peer died.
    private Completion AwaitPosted()
    {
        var spin = default(SpinWait);
        _isPosted = true;
        while (_postEnded == 0)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            ThrowIfLate();
            PollForSender();
            spin.SpinOnce();
        }

        _postEnded = 0;
        _isPosted = false;
        return _postCompletion;
    }

    private void ThrowIfLate()
    {
        _sendCancellation.ThrowIfCancellationRequested();
        if (Environment.TickCount64 > _sendDeadline)
        {
            throw new UrmaException(UrmaStatus.TimedOut, $"{PeerName} has no room for the end of the messages: it does not receive.");
        }
    }

    // Sends that a peer's end or closing answers must not look like a success.
    private void ThrowIfEnded()
    {
        SendBlocks blocks = Blocks & ~SendBlocks.Pending;
        if (blocks != SendBlocks.None)
        {
            ThrowBlocked(blocks);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool PostRefused(UrmaStatus status)
    {
        if (status == UrmaStatus.TryAgain)
        {
            PollForSender();
            return false;
        }

        ThrowIfEnded();
        throw new UrmaException(status, $"A message to {PeerName} was refused by the send queue with {status}.");
    }

    private void ThrowSendFailed(Completion completion)
    {
        ThrowIfEnded();
        if (completion.Status == CompletionStatus.LocalAccessError)
        {
            throw new UrmaException(completion.Status, "The message was not sent: its segment range is not registered (any more).");
        }

        SetFault(DescribeFailure(completion.Status));
        throw FaultException();
    }

    private string DescribeFailure(CompletionStatus status) =>
        _target?.Fault ?? $"a send to it completed with {status}: {Internal.CompletionStatusText.Explain(status)}";

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowBlocked(SendBlocks blocks)
    {
        ObjectDisposedException.ThrowIf((blocks & SendBlocks.Disposed) != 0, this);
        if ((blocks & SendBlocks.Completed) != 0)
        {
            throw new InvalidOperationException("Nothing can be sent after Complete.");
        }

        if ((blocks & SendBlocks.PeerClosed) != 0)
        {
            throw new UrmaException(CompletionStatus.RemoteOperationError, $"{PeerName} closed its end of the message channel: nothing can be sent to it any more.");
        }

        if ((blocks & SendBlocks.Faulted) != 0)
        {
            throw FaultException();
        }

        throw new InvalidOperationException("A send is pending: await it before the next one. One thread sends at a time.");
    }

    /// <summary>Something came that a waiting sender may wait for. Whoever holds the poll gate wakes it on leaving.</summary>
    internal void Advance() => Interlocked.Increment(ref _credit.Progress);

    /// <summary>Has a waiting send try again. Outside the poll gate.</summary>
    internal void WakeSender()
    {
        if (_send.IsPending)
        {
            _send.Wake();
        }
    }
}
