using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>Who is at the other end of a Unix socket, as the kernel recorded it when the connection was made.</summary>
/// <param name="Pid">The process that connected or listened; 0 if it lies outside our PID namespace.</param>
/// <param name="Uid">Its effective user.</param>
/// <param name="Gid">Its effective group.</param>
internal readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid)
{
    /// <summary>Refuses a peer of another user: the uid is the trust boundary.</summary>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.OperationNotPermitted"/>: the peer runs as somebody else.</exception>
    internal void EnsureSameUser()
    {
        uint own = Libc.Geteuid();
        if (Uid != own)
        {
            throw new UrmaException(
                UrmaStatus.OperationNotPermitted,
                $"Process {Pid} is refused: it runs as user {Uid}, this process as user {own}. Memory is shared only "
                    + "between processes of one user; run both as the same one.",
                Libc.EPERM);
        }
    }

    internal static unsafe PeerCredentials Of(int socket)
    {
        Ucred credentials;
        uint length = (uint)sizeof(Ucred);
        if (Libc.Getsockopt(socket, Libc.SOL_SOCKET, Libc.SO_PEERCRED, &credentials, &length) != 0)
        {
            LinuxError.ThrowLast("ask the kernel who the peer is");
        }

        return new PeerCredentials(credentials.pid, credentials.uid, credentials.gid);
    }
}
