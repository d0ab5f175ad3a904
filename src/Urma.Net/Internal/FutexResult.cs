namespace Urma.Net.Internal;

/// <summary>Why <see cref="Futex.Wait(int*, int, long)"/> returned.</summary>
internal enum FutexResult
{
    /// <summary>Somebody woke the word, or the kernel did for no reason.</summary>
    Woken,

    /// <summary>The word did not hold the expected value; nobody slept.</summary>
    ValueChanged,

    /// <summary>The time was over.</summary>
    TimedOut,
}
