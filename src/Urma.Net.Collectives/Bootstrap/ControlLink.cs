using System.Buffers.Binary;
using System.Net.Sockets;

namespace Urma.Net.Collectives.Bootstrap;

/// <summary>One end of a stream socket that carries frames and never blocks.</summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class ControlLink : IDisposable
{
    // What one turn reads at most, so that one rank with much to say does not hold up the others.
    private const int BytesPerTurn = 4 << 20;
    private const int ReadAhead = 64 << 10;

    private readonly Socket _socket;
    private readonly Queue<ReadOnlyMemory<byte>> _outgoing = new();
    private readonly byte[] _header = new byte[FrameWriter.HeaderLength];
    private readonly Queue<ControlFrame> _arrived = new();
    private int _headerFilled;
    private byte[]? _body;
    private int _bodyFilled;
    private int _sent;

    /// <summary>Takes a connected socket over.</summary>
    public ControlLink(Socket socket)
    {
        _socket = socket;
        socket.Blocking = false;
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            // Of a host that has gone nobody else would tell.
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 2);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        }
    }

    /// <summary>For a poll set.</summary>
    public int Descriptor => (int)_socket.Handle;

    /// <summary>A longer frame than this is not read but ends the link.</summary>
    public int FrameLimit { get; set; } = ControlLimits.StrangerFrame;

    /// <summary>Whether there is something to be sent for which the socket has no room.</summary>
    public bool IsCongested => _outgoing.Count != 0;

    /// <summary>Sends a frame, now or as soon as there is room; the array must not change any more.</summary>
    /// <returns>False when the link has ended.</returns>
    public bool Send(ReadOnlyMemory<byte> frame)
    {
        _outgoing.Enqueue(frame);
        return Flush();
    }

    /// <summary>Sends what there is room for.</summary>
    /// <returns>False when the link has ended.</returns>
    public bool Flush()
    {
        while (_outgoing.TryPeek(out ReadOnlyMemory<byte> next))
        {
            int sent = SocketBytes.Send(Descriptor, next.Span[_sent..]);
            if (sent == SocketBytes.Later)
            {
                return true;
            }

            if (sent == SocketBytes.Ended)
            {
                _outgoing.Clear();
                return false;
            }

            _sent += sent;
            if (_sent == next.Length)
            {
                _ = _outgoing.Dequeue();
                _sent = 0;
            }
        }

        return true;
    }

    /// <summary>Sends what is left, waiting for room.</summary>
    public void FlushWithin(int milliseconds)
    {
        long deadline = Environment.TickCount64 + milliseconds;
        while (Flush() && IsCongested && Environment.TickCount64 < deadline)
        {
            _ = _socket.Poll((int)Math.Max(1, deadline - Environment.TickCount64) * 1000, SelectMode.SelectWrite);
        }
    }

    /// <summary>Reads what has arrived; frames that are complete can be taken then, also when the link has ended.</summary>
    /// <returns>False when the link has ended or says what it must not.</returns>
    public bool Receive()
    {
        Span<byte> ahead = stackalloc byte[ReadAhead];
        for (int total = 0; total < BytesPerTurn;)
        {
            // Long bodies arrive where they stay.
            bool direct = _body is not null && _body.Length - _bodyFilled >= ReadAhead;
            Span<byte> target = direct ? _body.AsSpan(_bodyFilled) : ahead;
            int length = SocketBytes.Receive(Descriptor, target);
            if (length == SocketBytes.Later)
            {
                return true;
            }

            if (length == SocketBytes.Ended)
            {
                return false;
            }

            total += length;
            if (direct)
            {
                _bodyFilled += length;
                Complete();
            }
            else if (!Take(target[..length]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes the next complete frame.</summary>
    public bool TryTake(out ControlFrame frame) => _arrived.TryDequeue(out frame);

    /// <summary>Waits until there is something to receive or the link has ended.</summary>
    public bool WaitToReceive(int milliseconds) => _socket.Poll(milliseconds * 1000, SelectMode.SelectRead);

    public void Dispose() => _socket.Dispose();

    private bool Take(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_body is null)
            {
                int part = Math.Min(bytes.Length, _header.Length - _headerFilled);
                bytes[..part].CopyTo(_header.AsSpan(_headerFilled));
                _headerFilled += part;
                bytes = bytes[part..];
                if (_headerFilled < _header.Length)
                {
                    return true;
                }

                int length = BinaryPrimitives.ReadInt32LittleEndian(_header);
                if (length < 0 || length > FrameLimit)
                {
                    return false;
                }

                _body = new byte[length];
            }

            int filled = Math.Min(bytes.Length, _body.Length - _bodyFilled);
            bytes[..filled].CopyTo(_body.AsSpan(_bodyFilled));
            _bodyFilled += filled;
            bytes = bytes[filled..];
            Complete();
        }

        return true;
    }

    private void Complete()
    {
        if (_body is not null && _bodyFilled == _body.Length)
        {
            _arrived.Enqueue(new ControlFrame((FrameKind)_header[sizeof(int)], _body));
            (_body, _bodyFilled, _headerFilled) = (null, 0, 0);
        }
    }
}
