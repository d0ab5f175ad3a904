using System.Diagnostics;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Verbs.Control;

/// <summary>Frames over one connection: any thread sends, the loop's thread receives.</summary>
internal sealed class FrameStream(FabricLoop loop, TcpChannel channel, int queueLimit, IFrameSink sink) : IFabricSource
{
    // So many reads and the other connections get their turn.
    private const int ReadsPerRound = 4;

    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _queue = new();
    private byte[] _received = new byte[1024];
    private int _filled;
    private int _queued;
    private int _sentOfFirst;
    private ulong _token;
    private bool _attached;
    private bool _closed;

    /// <summary>When something was received last, as <see cref="Stopwatch"/> counts. Loop's thread only.</summary>
    public long LastHeard { get; set; } = Stopwatch.GetTimestamp();

    /// <summary>Starts to receive. Loop's thread only.</summary>
    /// <exception cref="UrmaException">No memory for another watched descriptor.</exception>
    public void Attach()
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _token = loop.Add(channel.Descriptor, this);
                _attached = true;
                WatchRoom();
            }
        }
    }

    /// <summary>Sends, or keeps for sending, one frame. Any thread.</summary>
    /// <returns>False where the connection is gone, or is given up now because its other end does not read.</returns>
    public bool Send(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            int sent = _queued == 0 ? channel.Send(frame) : 0;
            if (sent < 0)
            {
                // Whoever receives finds out why.
                return false;
            }

            if (sent == frame.Length)
            {
                return true;
            }

            if (_queued + frame.Length - sent <= queueLimit)
            {
                bool first = _queued == 0;
                _queue.Enqueue(frame[sent..].ToArray());
                _queued += frame.Length - sent;
                if (first && _attached)
                {
                    WatchRoom();
                }

                return true;
            }
        }

        _ = loop.Post(() => sink.OnEnd($"it does not read: more than {queueLimit} bytes wait for it"));
        return false;
    }

    /// <inheritdoc/>
    public void OnReady()
    {
        Flush();
        for (int i = 0; i < ReadsPerRound && !_closed; i++)
        {
            int count = channel.Receive(_received.AsSpan(_filled), out string? end);
            if (end is not null)
            {
                sink.OnEnd(end);
                return;
            }

            if (count == 0)
            {
                return;
            }

            LastHeard = Stopwatch.GetTimestamp();
            _filled += count;
            if (TakeFrames() is { } fault)
            {
                sink.OnEnd(fault);
                return;
            }
        }
    }

    /// <summary>Closes the connection. Loop's thread only, or when the loop has ended.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            if (_attached)
            {
                loop.Remove(channel.Descriptor, _token);
            }

            _queue.Clear();
        }

        channel.Dispose();
    }

    private string? TakeFrames()
    {
        int taken = 0;
        int wanted = FrameHeader.Size;
        while (_filled - taken >= FrameHeader.Size && !_closed)
        {
            if (!FrameHeader.TryRead(_received.AsSpan(taken), out FrameHeader header))
            {
                return "it sent bytes that are no frame";
            }

            wanted = FrameHeader.Size + header.Length;
            if (_filled - taken < wanted)
            {
                break;
            }

            if (sink.OnFrame(header, _received.AsSpan(taken + FrameHeader.Size, header.Length)) is { } fault)
            {
                return fault;
            }

            taken += wanted;
            wanted = FrameHeader.Size;
        }

        _received.AsSpan(taken, _filled - taken).CopyTo(_received);
        _filled -= taken;
        if (wanted > _received.Length)
        {
            // Checked to be at most a frame.
            Array.Resize(ref _received, FrameHeader.Size + FrameHeader.MaximumPayload);
        }

        return null;
    }

    private void Flush()
    {
        lock (_gate)
        {
            if (_queued == 0 || _closed)
            {
                return;
            }

            while (_queue.TryPeek(out byte[]? first))
            {
                int sent = channel.Send(first.AsSpan(_sentOfFirst));
                if (sent <= 0)
                {
                    return;
                }

                _queued -= sent;
                _sentOfFirst += sent;
                if (_sentOfFirst == first.Length)
                {
                    _queue.Dequeue();
                    _sentOfFirst = 0;
                }
            }

            WatchRoom();
        }
    }

    private void WatchRoom() => loop.WatchWritable(channel.Descriptor, _token, _queued > 0);
}
