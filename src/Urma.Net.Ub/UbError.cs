using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Ub;

/// <summary>What a call of liburma's control plane said, as an exception.</summary>
internal static class UbError
{
    /// <summary>Has the runtime find what reads errno, before there is one to be read.</summary>
    public static void Prepare()
    {
        Marshal.SetLastSystemError(0);
        _ = Marshal.GetLastSystemError();
    }

    /// <summary>Throws unless a call succeeded.</summary>
    /// <param name="status">What it returned.</param>
    /// <param name="what">What was tried, such as "bind jetty 7".</param>
    public static void Check(int status, string what)
    {
        if (status != 0)
        {
            throw From(status, what);
        }
    }

    /// <summary>For a call that returned null: the reason is in errno.</summary>
    /// <param name="error">It, read by the statement behind the call: everything else may change it.</param>
    /// <param name="what">What was tried.</param>
    public static UrmaException FromErrno(int error, string what)
    {
        if (error == 0)
        {
            return new UrmaException(UrmaStatus.Failed, $"liburma could not {what}, and gave no reason. {Advice(UrmaStatus.Failed)}");
        }

        UrmaStatus status = LinuxError.StatusOf(error);
        return new UrmaException(status, $"liburma could not {what}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}). {Advice(status)}".TrimEnd(), error);
    }

    private static UrmaException From(int code, string what)
    {
        UrmaStatus status = Enum.IsDefined((UrmaStatus)code) ? (UrmaStatus)code : UrmaStatus.Failed;
        return new UrmaException(status, $"liburma could not {what}: it returned {code} ({status}). {Advice(status)}".TrimEnd());
    }

    private static string Advice(UrmaStatus status) => status switch
    {
        UrmaStatus.InvalidArgument => "An argument is out of range, the token is wrong, or what it names is gone: compare with UrmaContext.Capabilities and exchange descriptors again.",
        UrmaStatus.OutOfMemory => "Memory or device resources ran out: dispose objects, or raise the limit of locked memory (ulimit -l).",
        UrmaStatus.OperationNotPermitted => "The token does not match, or this user may not use the device.",
        UrmaStatus.TimedOut => "The peer did not answer.",
        UrmaStatus.Failed => "URMA_LOG_LEVEL=7 makes the library log why (syslog).",
        _ => string.Empty,
    };
}
