using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Verbs;

/// <summary>What a call of libibverbs' control plane said, as an exception.</summary>
internal static class VerbsError
{
    /// <summary>Has the runtime find what reads errno, before there is one to be read.</summary>
    public static void Prepare()
    {
        Marshal.SetLastSystemError(0);
        _ = Marshal.GetLastSystemError();
    }

    /// <summary>Throws unless a call that returns an errno succeeded.</summary>
    /// <param name="error">What it returned; some releases return −1 and set errno.</param>
    /// <param name="what">What was tried, such as "connect queue pair 17".</param>
    public static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw FromErrno(error < 0 ? Marshal.GetLastSystemError() : error, what);
        }
    }

    /// <summary>For a call that returned null: the reason is in errno.</summary>
    /// <param name="error">It, read by the statement behind the call: everything else may change it.</param>
    /// <param name="what">What was tried.</param>
    public static UrmaException FromErrno(int error, string what)
    {
        UrmaStatus status = error == 0 ? UrmaStatus.Failed : LinuxError.StatusOf(error);
        string reason = error == 0 ? "it gave no reason" : $"{Marshal.GetPInvokeErrorMessage(error)} (errno {error})";
        return new UrmaException(status, $"libibverbs could not {what}: {reason}. {Advice(status)}".TrimEnd(), error);
    }

    private static string Advice(UrmaStatus status) => status switch
    {
        UrmaStatus.InvalidArgument => "An argument is out of range for this device: compare with UrmaContext.Capabilities and VerbsContextOptions.",
        UrmaStatus.OutOfMemory => "Memory or device resources ran out: dispose objects, or raise the limit of locked memory (ulimit -l unlimited).",
        UrmaStatus.OperationNotPermitted => "This user may not use the device: look at the rights of /dev/infiniband/uverbs*.",
        UrmaStatus.TimedOut => "The peer did not answer.",
        _ => string.Empty,
    };
}
