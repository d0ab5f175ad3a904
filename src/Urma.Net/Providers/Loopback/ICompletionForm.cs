namespace Urma.Net.Providers.Loopback;

/// <summary>A form that completions are polled in. Resolved when compiled, so that each form has a poll of its own.</summary>
internal interface ICompletionForm<T>
{
    /// <summary>Writes a completion down.</summary>
    /// <param name="target">Where.</param>
    /// <param name="completion">What was taken.</param>
    /// <param name="source">From where; already past the entry.</param>
    /// <param name="value">The entry's value.</param>
    /// <param name="jetty">The entry's sending jetty.</param>
    /// <param name="opcode">The entry's opcode.</param>
    static abstract void Write(out T target, Completion completion, CompletionSource source, ulong value, uint jetty, byte opcode);
}
