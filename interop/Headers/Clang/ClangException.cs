namespace Urma.Net.Interop.Headers.Clang;

/// <summary>clang could not be found, or did not understand the headers. The message says what to do.</summary>
public sealed class ClangException(string message, bool isMissing = false) : Exception(message)
{
    /// <summary>True when there is no clang on this machine.</summary>
    public bool IsMissing { get; } = isMissing;
}
