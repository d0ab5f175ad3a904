using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>Owns a name and accepts connections to it. Holding the name is exclusive: binding it is an atomic claim.</summary>
/// <remarks>One thread accepts; Dispose may come from any thread and ends its wait.</remarks>
internal sealed unsafe class UnixListener : IDisposable
{
    private const int Backlog = 512;

    private readonly FileDescriptor _socket;
    private readonly SocketPathLock? _pathLock;
    private FileDescriptor? _spare;
    private int _disposed;

    private UnixListener(UnixName name, FileDescriptor socket, SocketPathLock? pathLock)
    {
        Name = name;
        _socket = socket;
        _pathLock = pathLock;
        _spare = OpenSpare();
    }

    /// <summary>The claimed name.</summary>
    internal UnixName Name { get; }

    /// <summary>The socket, for a poll set; readable when a connection waits.</summary>
    internal int Descriptor => _socket.Number;

    /// <summary>Claims a name and listens there. What a dead process left behind under a path is removed.</summary>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.Exists"/>: a living process holds the name.</exception>
    internal static UnixListener Bind(UnixName name)
    {
        FileDescriptor socket = UnixChannel.OpenSocket();
        SocketPathLock? pathLock = null;
        try
        {
            pathLock = name.IsAbstract ? null : SocketPathLock.Acquire(name);
            if (!TryBind(socket.Number, name))
            {
                if (pathLock is null)
                {
                    throw Taken(name);
                }

                RemoveStale(name);
                if (!TryBind(socket.Number, name))
                {
                    throw Taken(name);
                }
            }

            if (pathLock is not null)
            {
                pathLock.OwnsSocket = true;
            }

            if (Libc.Listen(socket.Number, Backlog) != 0)
            {
                LinuxError.ThrowLast($"listen at '{name}'");
            }

            return new UnixListener(name, socket, pathLock);
        }
        catch
        {
            pathLock?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Accepts a waiting connection.</summary>
    /// <returns>Null when none waits.</returns>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    /// <exception cref="UrmaException">
    /// This process or the machine is out of descriptors; the waiting connection was closed, so that its owner learns of
    /// it at once and a poll loop does not spin on it.
    /// </exception>
    internal UnixChannel? TryAccept()
    {
        using DescriptorLease lease = _socket.Lease();
        while (true)
        {
            int connection = Libc.Accept4(lease.Number, null, null, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
            if (connection >= 0)
            {
                return new UnixChannel(new FileDescriptor(connection));
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.EINTR:
                    continue;
                case Libc.EAGAIN or Libc.EINVAL:
                    return null;
                case Libc.EMFILE or Libc.ENFILE:
                    int error = Marshal.GetLastPInvokeError();
                    TurnAway(lease.Number);
                    LinuxError.Throw($"accept a connection at '{Name}'", error);
                    break;
                case int other:
                    LinuxError.Throw($"accept a connection at '{Name}'", other);
                    break;
            }
        }
    }

    /// <summary>Accepts a connection, waiting for it.</summary>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.TimedOut"/>: nobody connected.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    internal UnixChannel Accept(TimeSpan timeout)
    {
        Deadline deadline = Deadline.After(timeout);
        while (true)
        {
            if (TryAccept() is { } channel)
            {
                return channel;
            }

            using DescriptorLease lease = _socket.Lease();
            if (!Readiness.WaitForRead(lease.Number, deadline))
            {
                throw new UrmaException(
                    UrmaStatus.TimedOut,
                    $"Nobody connected to '{Name}' within {timeout.TotalSeconds:0.###} s: is the peer running, with the "
                        + "same fabric name?",
                    Libc.ETIMEDOUT);
            }
        }
    }

    /// <summary>Gives the name back; connections already accepted live on.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // Removing the path before closing means that nobody can meet a socket that no longer answers.
        _pathLock?.Dispose();
        using (DescriptorLease lease = _socket.Lease())
        {
            _ = Libc.Shutdown(lease.Number, Libc.SHUT_RDWR);
        }

        _socket.Dispose();
        Interlocked.Exchange(ref _spare, null)?.Dispose();
    }

    private static bool TryBind(int socket, UnixName name)
    {
        SockaddrUn address;
        uint length = name.Write(&address);
        if (Libc.Bind(socket, &address, length) == 0)
        {
            return true;
        }

        if (Marshal.GetLastPInvokeError() != Libc.EADDRINUSE)
        {
            LinuxError.ThrowLast(
                $"listen at '{name}'",
                name.IsAbstract ? null : "The directory must exist and be writable for this user.");
        }

        return false;
    }

    // Runs under the path's lock. The lock says that no listener of ours lives; the connect says it of any other.
    private static void RemoveStale(UnixName name)
    {
        if (!SocketPathLock.IsSocket(name.Text))
        {
            throw new UrmaException(
                UrmaStatus.Exists,
                $"Cannot listen at '{name}': something that is not a socket has that path. Remove it or choose another.",
                Libc.EEXIST);
        }

        UnixChannel? living;
        try
        {
            living = UnixChannel.TryConnect(name, TimeSpan.Zero);
        }
        catch (UrmaException full) when (full.Status == UrmaStatus.TimedOut)
        {
            throw Taken(name);
        }

        if (living is not null)
        {
            living.Dispose();
            throw Taken(name);
        }

        SocketPathLock.Unlink(name.Text);
    }

    // Out of descriptors a waiting connection could be neither accepted nor refused, and the listener would stay
    // readable for ever. The spare descriptor buys the one needed to close it.
    private void TurnAway(int socket)
    {
        Interlocked.Exchange(ref _spare, null)?.Dispose();
        int connection = Libc.Accept4(socket, null, null, Libc.SOCK_CLOEXEC);
        if (connection >= 0)
        {
            _ = Libc.Close(connection);
        }

        _spare = OpenSpare();
    }

    private static FileDescriptor? OpenSpare()
    {
        int spare = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
        return spare < 0 ? null : new FileDescriptor(spare);
    }

    private static UrmaException Taken(UnixName name) => new(
        UrmaStatus.Exists,
        $"The name '{name}' is taken by a living process. Choose another name or UASID, or end that process.",
        Libc.EADDRINUSE);
}
