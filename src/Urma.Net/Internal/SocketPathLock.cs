using System.Runtime.InteropServices;
using System.Text;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// The right to listen at a path: a lock on a file beside the socket, which the kernel drops when its holder dies. Only
/// the holder removes what a dead predecessor left, so two starters cannot remove each other's fresh socket.
/// </summary>
internal sealed unsafe class SocketPathLock : IDisposable
{
    private const int Attempts = 100;

    private readonly string _socketPath;
    private readonly FileDescriptor _file;

    private SocketPathLock(string socketPath, FileDescriptor file)
    {
        _socketPath = socketPath;
        _file = file;
    }

    /// <summary>Says that the holder's own socket is at the path now, to be removed with the lock.</summary>
    internal bool OwnsSocket { get; set; }

    /// <summary>Takes the lock.</summary>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.Exists"/>: another process listens there.</exception>
    internal static SocketPathLock Acquire(UnixName name)
    {
        string path = LockPath(name.Text);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            FileDescriptor file = Open(path);
            if (Libc.Flock(file.Number, Libc.LOCK_EX | Libc.LOCK_NB) != 0)
            {
                int error = Marshal.GetLastPInvokeError();
                file.Dispose();
                throw error == Libc.EAGAIN
                    ? new UrmaException(
                        UrmaStatus.Exists,
                        $"The name '{name}' is taken by a living process, which holds '{path}'. Choose another name.",
                        Libc.EADDRINUSE)
                    : LinuxError.Create($"lock '{path}'", error);
            }

            // A predecessor may have removed the file between our open and our lock; then we locked a file that nobody
            // else will ever meet.
            if (IsStillAt(file.Number, path))
            {
                return new SocketPathLock(name.Text, file);
            }

            file.Dispose();
        }

        throw new UrmaException(
            UrmaStatus.TryAgain, $"Cannot lock '{path}': other processes keep creating and removing it. Try again.", Libc.EAGAIN);
    }

    /// <summary>Whether a socket file has this path.</summary>
    internal static bool IsSocket(string path) =>
        Inspect(path) is { } status && (status.stx_mode & Libc.S_IFMT) == Libc.S_IFSOCK;

    /// <summary>Removes a file; one that is gone already is fine.</summary>
    internal static void Unlink(string path)
    {
        fixed (byte* text = Bytes(path))
        {
            if (Libc.Unlink(text) != 0 && Marshal.GetLastPInvokeError() != Libc.ENOENT)
            {
                LinuxError.ThrowLast($"remove '{path}'", "Remove it by hand, or choose another name.");
            }
        }
    }

    /// <summary>Removes the holder's socket and the lock file, then drops the lock.</summary>
    public void Dispose()
    {
        if (_file.IsClosed)
        {
            return;
        }

        fixed (byte* socket = Bytes(_socketPath), own = Bytes(LockPath(_socketPath)))
        {
            if (OwnsSocket)
            {
                _ = Libc.Unlink(socket);
            }

            _ = Libc.Unlink(own);
        }

        _file.Dispose();
    }

    private static string LockPath(string socketPath) => socketPath + ".lock";

    private static FileDescriptor Open(string path)
    {
        fixed (byte* text = Bytes(path))
        {
            int file = Libc.Open(text, Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC | Libc.O_NOFOLLOW.Here, 0x180);
            if (file < 0)
            {
                LinuxError.ThrowLast($"open '{path}'", "The directory must exist and be writable for this user.");
            }

            return new FileDescriptor(file);
        }
    }

    private static bool IsStillAt(int file, string path)
    {
        Statx ours;
        byte empty = 0;
        return Libc.Statx(file, &empty, Libc.AT_EMPTY_PATH, Libc.STATX_INO, &ours) == 0
            && Inspect(path) is { } there
            && ours.stx_ino == there.stx_ino
            && ours.stx_dev_major == there.stx_dev_major
            && ours.stx_dev_minor == there.stx_dev_minor;
    }

    private static Statx? Inspect(string path)
    {
        Statx status;
        fixed (byte* text = Bytes(path))
        {
            const uint wanted = Libc.STATX_TYPE | Libc.STATX_INO;
            return Libc.Statx(Libc.AT_FDCWD, text, Libc.AT_SYMLINK_NOFOLLOW, wanted, &status) == 0 ? status : null;
        }
    }

    private static byte[] Bytes(string path) => Encoding.UTF8.GetBytes(path + "\0");
}
