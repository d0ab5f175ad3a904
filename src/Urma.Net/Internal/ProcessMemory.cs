using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// Copies between this process's memory and another's by number and address, for memory that could not be mapped.
/// </summary>
/// <remarks>
/// <para>A process number can be given to a new process once its owner's exit was collected. Who holds the peer's
/// <see cref="PidFd"/> checks after each copy that it has not exited; an exited peer's data is then discarded. A write
/// in that window cannot be taken back, but needs the number to be reused for a process of the same user.</para>
/// <para>Thread-safe. A copy is not atomic with respect to the peer.</para>
/// </remarks>
internal static unsafe class ProcessMemory
{
    // The kernel moves at most 2 GiB less a page per call.
    private const long LargestStep = 1L << 30;

    /// <summary>Reads a peer's memory.</summary>
    /// <param name="pid">The peer.</param>
    /// <param name="remote">The address in the peer.</param>
    /// <param name="local">Where to put the bytes.</param>
    /// <param name="length">How many; 0 does nothing.</param>
    /// <exception cref="UrmaException">The peer died, does not permit it, or has no memory there; names how far the copy came.</exception>
    internal static void Read(int pid, ulong remote, void* local, long length)
    {
        int error = TryRead(pid, remote, local, length, out long copied);
        if (error != 0)
        {
            Throw("read", pid, remote, length, copied, error);
        }
    }

    /// <summary>Writes a peer's memory.</summary>
    /// <inheritdoc cref="Read"/>
    internal static void Write(int pid, ulong remote, void* local, long length)
    {
        int error = TryWrite(pid, remote, local, length, out long copied);
        if (error != 0)
        {
            Throw("write", pid, remote, length, copied, error);
        }
    }

    /// <summary>Reads a peer's memory without throwing.</summary>
    /// <returns>0, or the error number that ended the copy after <paramref name="copied"/> bytes.</returns>
    internal static int TryRead(int pid, ulong remote, void* local, long length, out long copied)
    {
        copied = 0;
        while (copied < length)
        {
            Step(remote, local, length, copied, out Iovec here, out Iovec there);
            nint moved = Libc.ProcessVmReadv(pid, &here, 1, &there, 1, 0);
            if (moved <= 0)
            {
                return ErrorOf(moved);
            }

            copied += moved;
        }

        return 0;
    }

    /// <summary>Writes a peer's memory without throwing.</summary>
    /// <inheritdoc cref="TryRead"/>
    internal static int TryWrite(int pid, ulong remote, void* local, long length, out long copied)
    {
        copied = 0;
        while (copied < length)
        {
            Step(remote, local, length, copied, out Iovec here, out Iovec there);
            nint moved = Libc.ProcessVmWritev(pid, &here, 1, &there, 1, 0);
            if (moved <= 0)
            {
                return ErrorOf(moved);
            }

            copied += moved;
        }

        return 0;
    }

    /// <summary>
    /// Lets other processes of this user copy from and to this one where the Yama security module would otherwise
    /// permit it to parents only (<c>kernel.yama.ptrace_scope = 1</c>, the default of several distributions). It also
    /// lets them attach debuggers.
    /// </summary>
    /// <returns>Whether it was set; false on kernels without Yama, which need no such permission.</returns>
    internal static bool AllowPeers() => Libc.Prctl(Libc.PR_SET_PTRACER, Libc.PR_SET_PTRACER_ANY, 0, 0, 0) == 0;

    private static void Step(ulong remote, void* local, long length, long copied, out Iovec here, out Iovec there)
    {
        nuint step = (nuint)Math.Min(length - copied, LargestStep);
        here = new Iovec { iov_base = (byte*)local + copied, iov_len = step };
        there = new Iovec { iov_base = (void*)(remote + (ulong)copied), iov_len = step };
    }

    // Moving nothing without an error does not happen; treated as a fault it cannot become an endless loop.
    private static int ErrorOf(nint moved) => moved == 0 ? Libc.EFAULT : Marshal.GetLastPInvokeError();

    private static void Throw(string verb, int pid, ulong remote, long length, long copied, int error)
    {
        string advice = error switch
        {
            Libc.EPERM => "Both processes must run as the same user in one user namespace, and the peer must permit it: "
                + $"see 'sysctl kernel.yama.ptrace_scope' (now {Scope()}) and the container's seccomp profile.",
            Libc.ESRCH => "The process has died.",
            Libc.EFAULT => $"After {copied} bytes: no such memory there, or it was unmapped or write-protected meanwhile.",
            _ => $"After {copied} bytes.",
        };
        LinuxError.Throw($"{verb} {length} bytes at address 0x{remote:x} of process {pid}", error, advice);
    }

    private static string Scope() =>
        SmallFile.ReadNumber("/proc/sys/kernel/yama/ptrace_scope")?.ToString() ?? "not present";
}
