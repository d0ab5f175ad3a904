namespace Urma.Net.Exports.Roub;

/// <summary>A call that is answered with an error, and why; the reason goes to the log.</summary>
/// <param name="errno">What the function returns, or leaves in errno.</param>
/// <param name="message">What was wrong and what to do.</param>
internal sealed class RefusedException(int errno, string message) : Exception(message)
{
    /// <summary>A value of errno.</summary>
    public int Errno { get; } = errno;
}
