using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// A connection that carries whole frames (never parts of one) and file descriptors between two processes of this
/// machine, and that knows from the kernel who the peer is.
/// </summary>
/// <remarks>
/// Sending and receiving may happen on two threads; several senders or several receivers need a lock. Dispose may come
/// from any thread and ends the waits of the others.
/// </remarks>
internal sealed unsafe class UnixChannel : IDisposable
{
    /// <summary>The longest frame in bytes.</summary>
    internal const int MaximumFrame = 64 * 1024;

    /// <summary>The most descriptors one frame can carry.</summary>
    internal const int MaximumDescriptors = 16;

    private const int SocketType = Libc.SOCK_SEQPACKET | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC;

    private readonly FileDescriptor _socket;
    private int _disposed;

    /// <summary>Takes ownership of a connected socket.</summary>
    internal UnixChannel(FileDescriptor socket)
    {
        _socket = socket;
        Peer = PeerCredentials.Of(socket.Number);
    }

    /// <summary>The socket, for a poll set; readable when a frame or the end is there.</summary>
    internal int Descriptor => _socket.Number;

    /// <summary>The peer as the kernel knows it.</summary>
    internal PeerCredentials Peer { get; }

    /// <summary>Makes two connected channels within this process.</summary>
    internal static (UnixChannel First, UnixChannel Second) CreatePair()
    {
        int* pair = stackalloc int[2];
        if (Libc.Socketpair(Libc.AF_UNIX, SocketType, 0, pair) != 0)
        {
            LinuxError.ThrowLast("create a pair of connected sockets");
        }

        return (new UnixChannel(new FileDescriptor(pair[0])), new UnixChannel(new FileDescriptor(pair[1])));
    }

    /// <summary>Connects to a listener.</summary>
    /// <param name="name">Where it listens.</param>
    /// <param name="timeout">How long to wait for room in its queue; finite.</param>
    /// <exception cref="UrmaException">Nobody listens there, or <see cref="UrmaStatus.TimedOut"/>.</exception>
    internal static UnixChannel Connect(UnixName name, TimeSpan timeout) => TryConnect(name, timeout)
        ?? throw new UrmaException(
            UrmaStatus.Failed,
            $"Nobody listens at '{name}': start the peer first, and check that both use the same fabric name and, for "
                + (name.IsAbstract ? "abstract names, the same network namespace." : "paths, the same directory."),
            Libc.ECONNREFUSED);

    /// <summary>Connects to a listener if there is one.</summary>
    /// <returns>Null when nobody listens under the name.</returns>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.TimedOut"/>: its queue stayed full; or a lack of descriptors.</exception>
    internal static UnixChannel? TryConnect(UnixName name, TimeSpan timeout)
    {
        Deadline deadline = Deadline.After(timeout);
        FileDescriptor socket = OpenSocket();
        try
        {
            SockaddrUn address;
            uint length = name.Write(&address);
            while (Libc.Connect(socket.Number, &address, length) != 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error is Libc.ECONNREFUSED or Libc.ENOENT)
                {
                    socket.Dispose();
                    return null;
                }

                if (error is not (Libc.EAGAIN or Libc.EINTR))
                {
                    LinuxError.Throw($"connect to '{name}'", error);
                }

                if (deadline.HasPassed)
                {
                    throw new UrmaException(
                        UrmaStatus.TimedOut,
                        $"The listener at '{name}' accepted nobody for {timeout.TotalSeconds:0.###} s: its process is "
                            + "stopped or overloaded.",
                        Libc.ETIMEDOUT);
                }

                // A full accept queue cannot be polled for.
                Thread.Sleep(1);
            }

            return new UnixChannel(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends one frame if there is room.</summary>
    /// <param name="frame">1 to <see cref="MaximumFrame"/> bytes.</param>
    /// <param name="descriptors">At most <see cref="MaximumDescriptors"/>; the receiver gets its own copies.</param>
    /// <exception cref="UrmaException">The frame is empty or too large, or descriptors are refused.</exception>
    internal ChannelResult TrySend(ReadOnlySpan<byte> frame, ReadOnlySpan<int> descriptors)
    {
        ThrowIfUnsendable(frame.Length, descriptors.Length);
        using DescriptorLease lease = _socket.Lease();
        fixed (byte* data = frame)
        {
            Iovec part = new() { iov_base = data, iov_len = (nuint)frame.Length };
            byte* control = stackalloc byte[DescriptorMessage.BufferSize];
            Msghdr message = new()
            {
                msg_iov = &part,
                msg_iovlen = 1,
                msg_control = descriptors.IsEmpty ? null : control,
                msg_controllen = descriptors.IsEmpty ? 0 : DescriptorMessage.Write(control, descriptors),
            };

            while (Libc.Sendmsg(lease.Number, &message, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT) < 0)
            {
                switch (Marshal.GetLastPInvokeError())
                {
                    case Libc.EINTR:
                        continue;
                    case Libc.EAGAIN or Libc.ENOBUFS:
                        return ChannelResult.WouldBlock;
                    case Libc.EPIPE or Libc.ECONNRESET or Libc.ENOTCONN:
                        return ChannelResult.Closed;
                    case int error:
                        LinuxError.Throw($"send {frame.Length} bytes and {descriptors.Length} descriptors to process {Peer.Pid}", error);
                        break;
                }
            }

            return ChannelResult.Done;
        }
    }

    /// <summary>Sends one frame, waiting for room.</summary>
    /// <exception cref="UrmaException">
    /// <see cref="UrmaStatus.TimedOut"/>: the peer does not read; <see cref="UrmaStatus.Failed"/>: it closed or died.
    /// </exception>
    internal void Send(ReadOnlySpan<byte> frame, ReadOnlySpan<int> descriptors, TimeSpan timeout)
    {
        Deadline deadline = Deadline.After(timeout);
        while (true)
        {
            switch (TrySend(frame, descriptors))
            {
                case ChannelResult.Done:
                    return;
                case ChannelResult.Closed:
                    throw new UrmaException(
                        UrmaStatus.Failed, $"Process {Peer.Pid} closed the connection or died.", Libc.EPIPE);
                case ChannelResult.WouldBlock when !Wait(forRead: false, deadline):
                    throw TimedOut("made no room for a frame", timeout);
            }
        }
    }

    /// <summary>Receives one frame if there is one.</summary>
    /// <param name="buffer">Room for the frame; give <see cref="MaximumFrame"/> bytes unless the peer is known to send less.</param>
    /// <param name="descriptors">Room for its descriptors, which then belong to the caller.</param>
    /// <param name="length">The frame's length.</param>
    /// <param name="descriptorCount">How many descriptors came.</param>
    /// <exception cref="UrmaException">
    /// The frame or its descriptors did not fit, or this process is out of descriptors. The frame is lost, every
    /// descriptor that came with it is closed; the connection is best given up.
    /// </exception>
    internal ChannelResult TryReceive(
        Span<byte> buffer, Span<int> descriptors, out int length, out int descriptorCount)
    {
        ChannelResult result = TryReceive(buffer, descriptors, out length, out descriptorCount, out UrmaException? lost);
        return lost is null ? result : throw lost;
    }

    /// <summary>Receives one frame if there is one, also one whose descriptors find no room in this process.</summary>
    /// <param name="buffer">As for the other form.</param>
    /// <param name="descriptors">As for the other form.</param>
    /// <param name="length">The frame's length.</param>
    /// <param name="descriptorCount">How many descriptors came.</param>
    /// <param name="lost">
    /// Not null where this process reached its descriptor limit: the frame's bytes are there, its descriptors are not, and those
    /// that came are closed.
    /// </param>
    /// <exception cref="UrmaException">
    /// The frame did not fit or carries too many descriptors. It is lost, every descriptor that came with it is closed; the
    /// connection is best given up.
    /// </exception>
    internal ChannelResult TryReceive(
        Span<byte> buffer, Span<int> descriptors, out int length, out int descriptorCount, out UrmaException? lost)
    {
        ChannelResult result = ReceiveNext(buffer, descriptors, out length, out descriptorCount, out lost);
        if (result != ChannelResult.Closed)
        {
            return result;
        }

        // Frames can hide behind the first sign of the end: one that arrives together with it, between the kernel's looks at its
        // queue and at the connection, and all that wait where the peer closed with frames of ours unread.
        return ReceiveNext(buffer, descriptors, out length, out descriptorCount, out lost) == ChannelResult.Done
            ? ChannelResult.Done
            : ChannelResult.Closed;
    }

    private ChannelResult ReceiveNext(
        Span<byte> buffer, Span<int> descriptors, out int length, out int descriptorCount, out UrmaException? lost)
    {
        lost = null;
        length = 0;
        descriptorCount = 0;
        using DescriptorLease lease = _socket.Lease();
        fixed (byte* data = buffer)
        {
            Iovec part = new() { iov_base = data, iov_len = (nuint)buffer.Length };
            byte* control = stackalloc byte[DescriptorMessage.BufferSize];
            Msghdr message = new()
            {
                msg_iov = &part,
                msg_iovlen = 1,
                msg_control = control,
                msg_controllen = DescriptorMessage.BufferSize,
            };

            nint received;
            while ((received = Libc.Recvmsg(lease.Number, &message, Libc.MSG_CMSG_CLOEXEC | Libc.MSG_DONTWAIT)) < 0)
            {
                switch (Marshal.GetLastPInvokeError())
                {
                    case Libc.EINTR:
                        continue;
                    case Libc.EAGAIN:
                        return ChannelResult.WouldBlock;
                    case Libc.ECONNRESET or Libc.ENOTCONN:
                        return ChannelResult.Closed;
                    case int error:
                        LinuxError.Throw($"receive from process {Peer.Pid}", error);
                        break;
                }
            }

            length = (int)received;
            descriptorCount = DescriptorMessage.Take(in message, descriptors, received, Peer.Pid, out lost);
            return received == 0 ? ChannelResult.Closed : ChannelResult.Done;
        }
    }

    /// <summary>Receives one frame, waiting for it.</summary>
    /// <returns>False when the peer closed the connection or died.</returns>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.TimedOut"/>, or as <see cref="TryReceive(Span{byte}, Span{int}, out int, out int)"/>.</exception>
    internal bool Receive(
        Span<byte> buffer, Span<int> descriptors, out int length, out int descriptorCount, TimeSpan timeout)
    {
        Deadline deadline = Deadline.After(timeout);
        while (true)
        {
            ChannelResult result = TryReceive(buffer, descriptors, out length, out descriptorCount);
            if (result != ChannelResult.WouldBlock)
            {
                return result == ChannelResult.Done;
            }

            if (!Wait(forRead: true, deadline))
            {
                throw TimedOut("sent no frame", timeout);
            }
        }
    }

    /// <summary>Ends the connection in both directions; both sides then read "closed". The descriptor stays open.</summary>
    /// <exception cref="ObjectDisposedException">The channel was disposed.</exception>
    internal void Shutdown()
    {
        using DescriptorLease lease = _socket.Lease();
        _ = Libc.Shutdown(lease.Number, Libc.SHUT_RDWR);
    }

    /// <summary>Closes the connection; a thread waiting on it returns "closed".</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Shutdown();
            _socket.Dispose();
        }
    }

    internal static FileDescriptor OpenSocket()
    {
        int socket = Libc.Socket(Libc.AF_UNIX, SocketType, 0);
        if (socket < 0)
        {
            LinuxError.ThrowLast("create a socket");
        }

        return new FileDescriptor(socket);
    }

    private bool Wait(bool forRead, Deadline deadline)
    {
        using DescriptorLease lease = _socket.Lease();
        return forRead
            ? Readiness.WaitForRead(lease.Number, deadline)
            : Readiness.WaitForWrite(lease.Number, deadline);
    }

    private UrmaException TimedOut(string what, TimeSpan timeout) => new(
        UrmaStatus.TimedOut,
        $"Process {Peer.Pid} {what} for {timeout.TotalSeconds:0.###} s: it is stopped, overloaded or stuck.",
        Libc.ETIMEDOUT);

    private static void ThrowIfUnsendable(int length, int descriptors)
    {
        if (length is 0 or > MaximumFrame || descriptors > MaximumDescriptors)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"A frame of {length} bytes and {descriptors} descriptors cannot be sent: frames hold 1 to {MaximumFrame} "
                    + $"bytes and up to {MaximumDescriptors} descriptors.");
        }
    }
}
