using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>Turns an <c>errno</c> into an exception that says what was attempted, what the kernel answered and what to do.</summary>
internal static class LinuxError
{
    /// <summary>Throws for the calling thread's last P/Invoke error.</summary>
    /// <param name="attempt">What was attempted, as the words after "Cannot".</param>
    /// <param name="advice">What to do about it, as a sentence; replaces the general advice for this error.</param>
    [DoesNotReturn]
    internal static void ThrowLast(string attempt, string? advice = null) =>
        throw Create(attempt, Marshal.GetLastPInvokeError(), advice);

    /// <summary>Throws for an error number.</summary>
    [DoesNotReturn]
    internal static void Throw(string attempt, int error, string? advice = null) => throw Create(attempt, error, advice);

    /// <summary>Builds the exception for an error number.</summary>
    internal static UrmaException Create(string attempt, int error, string? advice = null)
    {
        string hint = advice ?? GeneralAdvice(error);
        string message = $"Cannot {attempt}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).";
        return new UrmaException(StatusOf(error), hint.Length == 0 ? message : $"{message} {hint}", error);
    }

    /// <summary>The URMA status nearest to an error number.</summary>
    internal static UrmaStatus StatusOf(int error) => error switch
    {
        Libc.EPERM or Libc.EACCES => UrmaStatus.OperationNotPermitted,
        Libc.EAGAIN => UrmaStatus.TryAgain,
        Libc.ENOMEM or Libc.EMFILE or Libc.ENFILE or Libc.ENOSPC or Libc.ENOBUFS or Libc.ETOOMANYREFS
            => UrmaStatus.OutOfMemory,
        Libc.EEXIST or Libc.EADDRINUSE => UrmaStatus.Exists,
        Libc.EINVAL => UrmaStatus.InvalidArgument,
        Libc.ETIMEDOUT => UrmaStatus.TimedOut,
        _ => UrmaStatus.Failed,
    };

    private static string GeneralAdvice(int error) => error switch
    {
        Libc.EMFILE => $"This process has used up its {DescriptorLimit()} file descriptors: close some, or raise the "
            + "limit ('ulimit -n 65536', or LimitNOFILE= of a systemd service).",
        Libc.ENFILE => "The whole system is out of file descriptors: raise it with 'sysctl fs.file-max'.",
        Libc.ENOMEM => "The kernel is out of memory, or this process out of mappings: compare 'free -m', 'ulimit -v' "
            + "and the number of lines in /proc/self/maps with 'sysctl vm.max_map_count'.",
        Libc.EPERM or Libc.EACCES => "Something forbids it: look at the seccomp profile or security module of this "
            + "container or service.",
        Libc.ENOSYS => "This kernel does not have the call, or a sandbox hides it: Linux 5.4 or newer is needed.",
        Libc.ETOOMANYREFS => "Too many descriptors are in flight between processes: raise 'ulimit -n', or let the "
            + "peer receive what was already sent.",
        _ => "",
    };

    private static unsafe string DescriptorLimit()
    {
        Rlimit limit;
        return Libc.Getrlimit(Libc.RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur.ToString() : "permitted";
    }
}
