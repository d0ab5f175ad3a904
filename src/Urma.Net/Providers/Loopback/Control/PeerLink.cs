using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>
/// One connection with another engine. Any thread may send; the fabric thread alone receives, closes and changes
/// <see cref="User"/>.
/// </summary>
internal sealed class PeerLink : IFabricSource
{
    // So many frames and the other descriptors get their turn.
    private const int FramesPerRound = 16;

    private readonly object _gate = new();
    private readonly FabricLoop _loop;
    private readonly ControlLimits _limits;
    private readonly UnixChannel _channel;
    private readonly LinkBuffer _buffer;
    private readonly SendQueue _queue = new();
    private ulong _token;
    private bool _watched;
    private bool _watchesWritable;
    private bool _closed;

    internal PeerLink(FabricLoop loop, ControlLimits limits, LinkBuffer buffer, UnixChannel channel, ILinkUser user)
    {
        _loop = loop;
        _limits = limits;
        _buffer = buffer;
        _channel = channel;
        User = user;
    }

    /// <summary>Who serves what arrives.</summary>
    internal ILinkUser User { get; set; }

    /// <summary>What is known before the other end is a peer; null afterwards.</summary>
    internal LinkHandshake? Handshake { get; set; }

    /// <summary>Whose connection it is; null during the handshake.</summary>
    internal LoopbackPeer? Peer { get; set; }

    /// <summary>Whether this engine made the connection.</summary>
    internal bool IsOutgoing { get; init; }

    /// <summary>The process at the other end, as the kernel knows it.</summary>
    internal int ProcessId => _channel.Peer.Pid;

    /// <summary>Whether <see cref="Close"/> was called.</summary>
    internal bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Whether the other end has closed, also if what it sent before is still to be read. Any thread.</summary>
    internal unsafe bool HasHungUp
    {
        get
        {
            lock (_gate)
            {
                // A hang-up is reported also to who asks for no event.
                Pollfd poll = new() { fd = _channel.Descriptor };
                return _closed || Libc.Poll(&poll, 1, 0) > 0;
            }
        }
    }

    /// <summary>Begins to receive. Fabric thread only.</summary>
    internal void Watch()
    {
        lock (_gate)
        {
            _token = _loop.Add(_channel.Descriptor, this);
            _watched = true;
        }
    }

    /// <summary>Sends a frame or queues it behind those that wait. Never blocks.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="descriptors">Stay the caller's.</param>
    /// <param name="isReply">Replies have room beyond the ordinary bounds, for they cannot wait.</param>
    /// <exception cref="UrmaException">The frame or its descriptors cannot be sent; nothing was.</exception>
    internal SendOutcome Send(ReadOnlySpan<byte> frame, ReadOnlySpan<int> descriptors, bool isReply = false)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return SendOutcome.Closed;
            }

            if (_queue.Count == 0)
            {
                switch (_channel.TrySend(frame, descriptors))
                {
                    case ChannelResult.Done:
                        return SendOutcome.Accepted;
                    case ChannelResult.Closed:
                        return SendOutcome.Closed;
                }
            }

            int frames = _limits.QueuedFrames + (isReply ? _limits.QueuedReplies : 0);
            int bytes = _limits.QueuedBytes + (isReply ? _limits.QueuedReplyBytes : 0);
            if (_queue.Count >= frames || _queue.Bytes + frame.Length > bytes)
            {
                return SendOutcome.Full;
            }

            _queue.Add(frame, descriptors);
            WatchWritable(true);
            return SendOutcome.Accepted;
        }
    }

    /// <summary>Waits until <see cref="Send"/> may be worth another try.</summary>
    internal void WaitForRoom(TimeSpan timeout)
    {
        lock (_gate)
        {
            if (!_closed && _queue.Count > 0)
            {
                Monitor.Wait(_gate, timeout);
            }
        }
    }

    /// <inheritdoc/>
    public void OnReady()
    {
        Flush();
        for (int i = 0; i < FramesPerRound && _watched; i++)
        {
            ChannelResult result;
            int length;
            int count;
            UrmaException? lost;
            try
            {
                result = _channel.TryReceive(_buffer.Frame, _buffer.Descriptors, out length, out count, out lost);
            }
            catch (UrmaException error)
            {
                User.OnBroken(this, error.Status, error.Message);
                return;
            }

            switch (result)
            {
                case ChannelResult.WouldBlock:
                    User.OnDrained(this);
                    return;
                case ChannelResult.Closed:
                    Unwatch();
                    User.OnHangUp(this);
                    return;
            }

            if (lost is null)
            {
                Deliver(length, count);
            }
            else
            {
                User.OnStripped(this, _buffer.Frame.AsSpan(0, length), lost);
            }
        }
    }

    /// <summary>Sends what waits, without blocking.</summary>
    internal void Flush()
    {
        lock (_gate)
        {
            if (_closed || _queue.Count == 0)
            {
                return;
            }

            if (_queue.Flush(_channel) == ChannelResult.Closed)
            {
                // What the other end sent before can still be read; its end is noticed there.
                _queue.Clear();
            }

            WatchWritable(_queue.Count > 0);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Closes the connection and drops what waits. Fabric thread only; idempotent.</summary>
    internal void Close()
    {
        Handshake?.Dispose();
        Handshake = null;
        lock (_gate)
        {
            if (!_closed)
            {
                Unwatch();
                Volatile.Write(ref _closed, true);
                _channel.Dispose();
                _queue.Clear();
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void Deliver(int length, int count)
    {
        Span<int> descriptors = _buffer.Descriptors.AsSpan(0, count);
        try
        {
            User.OnFrame(this, _buffer.Frame.AsSpan(0, length), descriptors);
        }
        finally
        {
            ControlRequest.CloseAll(descriptors);
        }
    }

    private void Unwatch()
    {
        lock (_gate)
        {
            if (_watched)
            {
                _watched = false;
                _loop.Remove(_channel.Descriptor, _token);
            }
        }
    }

    private void WatchWritable(bool writable)
    {
        if (_watched && _watchesWritable != writable)
        {
            _watchesWritable = writable;
            _loop.WatchWritable(_channel.Descriptor, _token, writable);
        }
    }
}
