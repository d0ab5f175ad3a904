namespace Urma.Net.Exports.Liburma;

/// <summary>A call that is answered with an error, and why; the reason goes to the log.</summary>
/// <param name="status">What the function returns, and errno where it returns a pointer.</param>
/// <param name="message">What was wrong and what to do.</param>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    /// <summary>A <c>urma_status_t</c>.</summary>
    public int Status { get; } = status;
}
