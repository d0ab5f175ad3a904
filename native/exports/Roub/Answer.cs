using System.Runtime.InteropServices;

namespace Urma.Net.Exports.Roub;

/// <summary>How a call that failed is answered: its code returned and in errno, its reason in the log where one was asked for. Nothing is thrown into C.</summary>
internal static unsafe class Answer
{
    /// <summary>The answer of a function that returns a value of errno.</summary>
    public static int Code(Exception error)
    {
        Log(error);
        return Code(CodeOf(error));
    }

    /// <summary>A value of errno, which is in errno, too.</summary>
    public static int Code(int errno)
    {
        Marshal.SetLastSystemError(errno);
        return errno;
    }

    /// <summary>The answer of a function that returns a pointer: NULL and errno.</summary>
    public static void* Null(Exception error)
    {
        _ = Code(error);
        return null;
    }

    /// <summary>NULL, and errno as given.</summary>
    public static void* Null(int errno)
    {
        Marshal.SetLastSystemError(errno);
        return null;
    }

    /// <summary>−1 and errno, of a function that returns a number.</summary>
    public static int Negative(Exception error)
    {
        _ = Code(error);
        return -1;
    }

    /// <summary>−1, and errno as given.</summary>
    public static int Negative(int errno)
    {
        Marshal.SetLastSystemError(errno);
        return -1;
    }

    /// <summary>Says what happened where nobody can be answered.</summary>
    public static void Log(Exception error)
    {
        if (Settings.IsLogging)
        {
            Console.Error.WriteLine("urma-roub: " + (error is RefusedException or UrmaException or ArgumentException ? error.Message : error.ToString()));
        }
    }

    private static int CodeOf(Exception error) => error switch
    {
        RefusedException refused => refused.Errno,
        UrmaException { Status: UrmaStatus.OutOfMemory } or OutOfMemoryException => Errno.ENOMEM,
        UrmaException { Status: UrmaStatus.InvalidArgument } or ArgumentException => Errno.EINVAL,
        UrmaException { Status: UrmaStatus.OperationNotPermitted } => Errno.EACCES,
        _ => Errno.EIO,
    };
}
