using System.Text;

namespace Urma.Net.Global;

/// <summary>Failures of the creator's side, carried to the member that asked.</summary>
internal static class OwnershipFault
{
    private const int Argument = -1;
    private const int Cancelled = -2;

    /// <summary>The number and the words of a failure; the number is never 0.</summary>
    public static int Describe(Exception error, out byte[] words)
    {
        words = Encoding.UTF8.GetBytes(error is ArgumentException ? error.Message.Split(" (Parameter")[0] : error.Message);
        return error switch
        {
            ArgumentException => Argument,
            OperationCanceledException => Cancelled,
            UrmaException { Status: not UrmaStatus.Success } known => (int)known.Status,
            _ => (int)UrmaStatus.Failed,
        };
    }

    /// <summary>The failure as it was.</summary>
    public static Exception Read(int fault, ReadOnlySpan<byte> words, CancellationToken cancellationToken)
    {
        string message = Encoding.UTF8.GetString(words);
        return fault switch
        {
            Argument => new ArgumentException(message),
            Cancelled => new OperationCanceledException(message, cancellationToken),
            _ => new UrmaException((UrmaStatus)fault, message),
        };
    }
}
