using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Verbs.Control;

/// <summary>A connected socket that never blocks.</summary>
/// <remarks>
/// One thread sends and one receives at a time; whoever disposes waits for neither. Bytes go through the C library, because
/// <see cref="Socket.Send(ReadOnlySpan{byte}, SocketFlags, out SocketError)"/> does not say how much of a part was taken when it would block.
/// </remarks>
internal sealed unsafe class TcpChannel : IDisposable
{
    private readonly Socket _socket;

    /// <summary>Takes a connected socket over.</summary>
    public TcpChannel(Socket socket, IPEndPoint remote)
    {
        _socket = socket;
        Remote = remote;
        socket.Blocking = false;
        socket.NoDelay = true;
    }

    /// <summary>For waiting.</summary>
    public Socket Socket => _socket;

    /// <summary>Where the other end is.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>For a set of watched descriptors; to be removed from it before this is disposed.</summary>
    public int Descriptor => (int)_socket.SafeHandle.DangerousGetHandle();

    /// <summary>Sends as much as there is room for.</summary>
    /// <returns>Bytes taken, 0 where there is no room; −1 where the connection is broken: receiving says why.</returns>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            nint sent = Transfer(first, bytes.Length, send: true, out int error);
            return sent >= 0 ? (int)sent : error == Libc.EAGAIN ? 0 : -1;
        }
    }

    /// <summary>Receives what there is.</summary>
    /// <param name="room">Not empty.</param>
    /// <param name="end">Why nothing will come any more; null where something came or may come.</param>
    /// <returns>Bytes received; 0 where there are none now or none any more.</returns>
    public int Receive(Span<byte> room, out string? end)
    {
        fixed (byte* first = room)
        {
            nint received = Transfer(first, room.Length, send: false, out int error);
            end = received > 0 || (received < 0 && error == Libc.EAGAIN) ? null
                : received == 0 ? "it closed the connection without a goodbye: its process has ended"
                : $"the connection broke: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})";
            return (int)Math.Max(received, 0);
        }
    }

    public void Dispose() => _socket.Dispose();

    private nint Transfer(byte* bytes, int length, bool send, out int error)
    {
        SafeSocketHandle handle = _socket.SafeHandle;
        bool taken = false;
        try
        {
            handle.DangerousAddRef(ref taken);
            var vector = new Iovec { iov_base = bytes, iov_len = (nuint)length };
            var message = new Msghdr { msg_iov = &vector, msg_iovlen = 1 };
            const int Flags = Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL;
            nint moved;
            do
            {
                moved = send
                    ? Libc.Sendmsg((int)handle.DangerousGetHandle(), &message, Flags)
                    : Libc.Recvmsg((int)handle.DangerousGetHandle(), &message, Flags);
                error = moved < 0 ? Marshal.GetLastPInvokeError() : 0;
            }
            while (error == Libc.EINTR);

            return moved;
        }
        catch (ObjectDisposedException)
        {
            error = Libc.ECONNRESET;
            return -1;
        }
        finally
        {
            if (taken)
            {
                handle.DangerousRelease();
            }
        }
    }
}
