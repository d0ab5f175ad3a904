namespace Urma.Net.Collectives;

/// <summary>How a <see cref="Communicator"/> behaves. All ranks should be given the same.</summary>
public sealed record CommunicatorOptions
{
    /// <summary>The defaults.</summary>
    public static CommunicatorOptions Default { get; } = new();

    /// <summary>A name for messages and traces; the number of the communicator by default.</summary>
    public string? Name { get; init; }

    /// <summary>How long joining may take until all ranks are there. 30 s by default.</summary>
    public TimeSpan JoinTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an operation waits for another rank before the communicator ends with <see cref="CommunicatorFaultKind.Timeout"/> at all ranks. 60 s by default;
    /// positive, at most a day.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// From how many bytes on ranks reach straight into each other's registered buffers; shorter transfers are copied through the arena.
    /// Null, the default, chooses by what was measured.
    /// </summary>
    public long? DirectLength { get; init; }

    /// <summary>By which way the ranks reach each other; chosen by what the provider can and where the ranks are, by default. The same at all ranks.</summary>
    public CollectivePath Path { get; init; }

    /// <summary>The host that the rank counts itself to; by default what <c>URMA_HOST_ID</c> says, or the machine. For tests that play several hosts on one.</summary>
    internal string? Host { get; init; }

    /// <summary>Whether the context's provider is taken for one that maps memory; by default it is asked. For tests that play a device that maps none.</summary>
    internal bool? Maps { get; init; }

    internal void Validate()
    {
        if (Path is < CollectivePath.Automatic or > CollectivePath.Posted)
        {
            throw new ArgumentOutOfRangeException(nameof(Path), Path, $"{(int)Path} is no {nameof(CollectivePath)}.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(JoinTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Timeout, TimeSpan.FromDays(1));
        if (DirectLength is { } length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
        }
    }
}
