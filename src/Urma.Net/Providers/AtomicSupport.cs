namespace Urma.Net;

/// <summary>How atomics are executed.</summary>
public enum AtomicSupport
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>By software, at the owner or by a compare-and-swap loop.</summary>
    Emulated = 1,

    /// <summary>By the hardware that executes the operation.</summary>
    Native = 2,
}
