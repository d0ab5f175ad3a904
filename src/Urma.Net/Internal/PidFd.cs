using System.Globalization;
using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// A descriptor that stands for one process, whatever happens to its number afterwards. It becomes readable when the
/// process exits, also if children or threads of it still hold its sockets open.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed unsafe class PidFd : IDisposable
{
    private const string OldKernel = "Linux 5.3 or newer is needed, and a sandbox that permits pidfd_open.";

    private readonly FileDescriptor _descriptor;

    private PidFd(FileDescriptor descriptor, int pid)
    {
        _descriptor = descriptor;
        Pid = pid;
    }

    /// <summary>The process number it had when it was opened.</summary>
    internal int Pid { get; }

    /// <summary>For a poll set (readable means exited) or for sending to a peer.</summary>
    internal int Descriptor => _descriptor.Number;

    /// <summary>Whether the process has exited (also while nobody has collected its exit code).</summary>
    internal bool HasExited
    {
        get
        {
            using DescriptorLease lease = _descriptor.Lease();
            return Readiness.WaitForRead(lease.Number, Deadline.After(TimeSpan.Zero));
        }
    }

    /// <summary>Opens this process, to be sent to a peer.</summary>
    /// <exception cref="UrmaException">The kernel is too old, a sandbox forbids it, or no descriptors are left.</exception>
    internal static PidFd OpenSelf() => Open(Libc.Getpid());

    /// <summary>Opens a process by number; only safe for one that cannot have been replaced yet, such as a child.</summary>
    /// <exception cref="UrmaException">There is no such process, or as <see cref="OpenSelf"/>.</exception>
    internal static PidFd Open(int pid)
    {
        nint descriptor = Libc.Syscall(Libc.SYS_pidfd_open.Here, pid, 0, 0, 0, 0, 0);
        if (descriptor < 0)
        {
            LinuxError.ThrowLast(
                $"open process {pid}",
                Marshal.GetLastPInvokeError() is Libc.ENOSYS or Libc.EPERM ? OldKernel : null);
        }

        return new PidFd(new FileDescriptor((int)descriptor), pid);
    }

    /// <summary>Checks what an untrusted peer sent as its own pidfd and takes ownership of it, also when refused.</summary>
    /// <param name="descriptor">The descriptor; closed if this throws.</param>
    /// <param name="expectedPid">The process the kernel saw connecting (<see cref="PeerCredentials.Pid"/>).</param>
    /// <exception cref="UrmaException">It is no pidfd, or stands for another process or one that has gone.</exception>
    internal static PidFd FromPeer(int descriptor, int expectedPid)
    {
        var owned = new FileDescriptor(descriptor);
        try
        {
            int? pid = PidOf(descriptor);
            if (pid is null)
            {
                Refuse($"descriptor of process {expectedPid} is refused: it does not stand for a process");
            }
            else if (expectedPid <= 0 || pid == 0)
            {
                Refuse("peer cannot be watched: it lies outside this PID namespace. Run both ends in one (containers: --pid)");
            }
            else if (pid != expectedPid)
            {
                Refuse(pid < 0
                    ? $"peer, process {expectedPid}, has exited"
                    : $"descriptor of process {expectedPid} is refused: it stands for process {pid}");
            }

            return new PidFd(owned, expectedPid);
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the process to exit.</summary>
    /// <returns>False when the time was over first.</returns>
    internal bool WaitForExit(TimeSpan timeout)
    {
        using DescriptorLease lease = _descriptor.Lease();
        return Readiness.WaitForRead(lease.Number, Deadline.After(timeout));
    }

    /// <summary>Sends a signal to exactly this process; signal 0 only asks whether that would be possible.</summary>
    /// <returns>False when the process has gone.</returns>
    /// <exception cref="UrmaException">It belongs to somebody else.</exception>
    internal bool Signal(int signal)
    {
        using DescriptorLease lease = _descriptor.Lease();
        if (Libc.Syscall(Libc.SYS_pidfd_send_signal.Here, lease.Number, signal, 0, 0, 0, 0) == 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        if (error != Libc.ESRCH)
        {
            LinuxError.Throw($"send signal {signal} to process {Pid}", error);
        }

        return false;
    }

    /// <summary>Closes the descriptor; the process is not affected.</summary>
    public void Dispose() => _descriptor.Dispose();

    // The kernel writes this line for pidfds only: -1 for a process that was collected, 0 for one outside our namespace.
    private static int? PidOf(int descriptor)
    {
        foreach (string line in SmallFile.ReadLines($"/proc/self/fdinfo/{descriptor}"))
        {
            if (line.StartsWith("Pid:", StringComparison.Ordinal)
                && int.TryParse(line.AsSpan(4), NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int pid))
            {
                return pid;
            }
        }

        return null;
    }

    private static void Refuse(string reason) =>
        throw new UrmaException(UrmaStatus.InvalidArgument, $"The {reason}.");
}
