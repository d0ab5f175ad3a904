namespace Urma.Net;

/// <summary>
/// A setup call or an awaited operation failed. <see cref="Exception.Message"/> says what was wrong and what to do.
/// </summary>
public class UrmaException : Exception
{
    /// <summary>Creates the exception for a failed call.</summary>
    /// <param name="status">What the call would have returned.</param>
    /// <param name="message">What was wrong and what to do.</param>
    /// <param name="nativeError">The operating system's error number, or 0.</param>
    /// <param name="inner">The cause, if another exception was.</param>
    public UrmaException(UrmaStatus status, string message, int nativeError = 0, Exception? inner = null)
        : base(message, inner)
    {
        Status = status;
        NativeError = nativeError;
    }

    /// <summary>Creates the exception for an operation that completed with an error.</summary>
    /// <param name="completionStatus">The status in the completion.</param>
    /// <param name="message">What was wrong and what to do.</param>
    public UrmaException(CompletionStatus completionStatus, string message)
        : base(message)
    {
        Status = UrmaStatus.Failed;
        CompletionStatus = completionStatus;
    }

    /// <summary>What the call would have returned.</summary>
    public UrmaStatus Status { get; }

    /// <summary>
    /// Whether this is proof that what was asked for does not exist (any more), and not just that it could not be reached: nobody has its
    /// name, its process has exited, or its owner said so.
    /// </summary>
    internal bool ProvesAbsence { get; init; }

    /// <summary>The operating system's error number (<c>errno</c>), or 0.</summary>
    public int NativeError { get; }

    /// <summary>The failed operation's completion status; <see cref="CompletionStatus.Success"/> where a call, not an operation, failed.</summary>
    public CompletionStatus CompletionStatus { get; }
}
