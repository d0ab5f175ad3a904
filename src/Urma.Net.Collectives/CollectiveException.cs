namespace Urma.Net.Collectives;

/// <summary>A communicator could not be made, or an operation of one failed. <see cref="Exception.Message"/> names ranks and says what they did.</summary>
public class CollectiveException : UrmaException
{
    /// <summary>Creates the exception for a communicator that has failed.</summary>
    /// <param name="fault">What happened; the same at every rank that heard of it.</param>
    public CollectiveException(CommunicatorFault fault)
        : this(fault, null)
    {
    }

    /// <summary>Creates the exception for a communicator that has failed, with what failed here.</summary>
    /// <param name="fault">What happened; the same at every rank that heard of it.</param>
    /// <param name="inner">The cause, if another exception was.</param>
    public CollectiveException(CommunicatorFault fault, Exception? inner)
        : base(StatusOf(fault), fault.Message, inner: inner) => Fault = fault;

    /// <summary>Creates the exception for a call that was refused; the communicator, if there is one, goes on.</summary>
    /// <param name="status">What kind of refusal it is.</param>
    /// <param name="message">What was wrong and what to do.</param>
    /// <param name="inner">The cause, if another exception was.</param>
    public CollectiveException(UrmaStatus status, string message, Exception? inner = null)
        : base(status, message, inner: inner)
    {
    }

    /// <summary>What ended the communicator; null when only this call was refused.</summary>
    public CommunicatorFault? Fault { get; }

    private static UrmaStatus StatusOf(CommunicatorFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Kind switch
        {
            CommunicatorFaultKind.Timeout => UrmaStatus.TimedOut,
            CommunicatorFaultKind.Mismatch => UrmaStatus.InvalidArgument,
            _ => UrmaStatus.Failed,
        };
    }
}
