using System.Runtime.InteropServices;
using System.Text;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>How a call that failed is answered: its reason in the log, its code returned or in errno. Nothing is thrown into C.</summary>
internal static unsafe class Answer
{
    private const int ErrorLevel = 3;
    private static delegate* unmanaged<int, byte*, void> _log;

    /// <summary>Where the log goes.</summary>
    public static void LogTo(delegate* unmanaged<int, byte*, void> log) => _log = log;

    /// <summary>The answer of a function that returns a status.</summary>
    public static int Status(Exception error)
    {
        Log(error);
        return CodeOf(error);
    }

    /// <summary>A status that is in errno, too, for the functions that promise it.</summary>
    public static int Status(int errno)
    {
        Marshal.SetLastSystemError(errno);
        return errno;
    }

    /// <summary>The answer of a function that returns a pointer: NULL and errno.</summary>
    public static void* Null(Exception error)
    {
        Log(error);
        int code = CodeOf(error);
        return Null(code == URMA_FAIL ? Errno.EIO : code);
    }

    /// <summary>NULL, and errno as given.</summary>
    public static void* Null(int errno)
    {
        Marshal.SetLastSystemError(errno);
        return null;
    }

    /// <summary>−1 and errno, of a function that returns a number.</summary>
    public static int Negative(int errno)
    {
        Marshal.SetLastSystemError(errno);
        return -1;
    }

    private static int CodeOf(Exception error) => error switch
    {
        RefusedException refused => refused.Status,
        UrmaException failed => failed.Status == UrmaStatus.Success ? URMA_FAIL : (int)failed.Status,
        ArgumentException => URMA_EINVAL,
        OutOfMemoryException => URMA_ENOMEM,
        _ => URMA_FAIL,
    };

    private static void Log(Exception error)
    {
        string text = error is RefusedException or UrmaException or ArgumentException ? error.Message : error.ToString();
        fixed (byte* line = Encoding.UTF8.GetBytes(text + "\0"))
        {
            if (_log != null)
            {
                _log(ErrorLevel, line);
            }
        }
    }
}
