using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Collectives.Bootstrap;

/// <summary>
/// Sends and receives on a stream socket without waiting. The platform's own calls do not say how much went out before the socket was full.
/// </summary>
internal static unsafe class SocketBytes
{
    /// <summary>Nothing could be moved without waiting.</summary>
    public const int Later = -1;

    /// <summary>The connection has ended.</summary>
    public const int Ended = -2;

    /// <returns>How many bytes went out, <see cref="Later"/> or <see cref="Ended"/>.</returns>
    public static int Send(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* data = bytes)
        {
            Iovec part = new() { iov_base = data, iov_len = (nuint)bytes.Length };
            Msghdr message = new() { msg_iov = &part, msg_iovlen = 1 };
            nint sent;
            while ((sent = Libc.Sendmsg(socket, &message, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT)) < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR)
            {
            }

            return Outcome(sent);
        }
    }

    /// <returns>How many bytes came, <see cref="Later"/> or <see cref="Ended"/>.</returns>
    public static int Receive(int socket, Span<byte> bytes)
    {
        fixed (byte* data = bytes)
        {
            Iovec part = new() { iov_base = data, iov_len = (nuint)bytes.Length };
            Msghdr message = new() { msg_iov = &part, msg_iovlen = 1 };
            nint received;
            while ((received = Libc.Recvmsg(socket, &message, Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC)) < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR)
            {
            }

            return received == 0 ? Ended : Outcome(received);
        }
    }

    private static int Outcome(nint result) =>
        result >= 0 ? (int)result : Marshal.GetLastPInvokeError() == Libc.EAGAIN ? Later : Ended;
}
