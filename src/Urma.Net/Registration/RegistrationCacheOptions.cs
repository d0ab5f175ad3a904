namespace Urma.Net;

/// <summary>How much a <see cref="RegistrationCache"/> keeps registered beside what is in use.</summary>
public sealed record RegistrationCacheOptions
{
    /// <summary>256 MiB in 1,024 pieces.</summary>
    public static RegistrationCacheOptions Default { get; } = new();

    /// <summary>
    /// Most bytes of all arrays and memory managers that are registered, 0 or more. What is in use counts, and is never refused: above the limit it
    /// is given back when its last lease ends. An array longer than this is registered piece by piece, for the time of its use.
    /// </summary>
    public long MaxBytes { get; init; } = 256L << 20;

    /// <summary>Most arrays and memory managers, 0 or more; as <see cref="MaxBytes"/>.</summary>
    public int MaxCount { get; init; } = 1024;

    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxCount);
    }
}
