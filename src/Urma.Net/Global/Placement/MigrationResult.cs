namespace Urma.Net;

/// <summary>What a migration did.</summary>
public sealed record MigrationResult
{
    /// <summary>How it ended.</summary>
    public required MigrationStatus Status { get; init; }

    /// <summary>Where the data lay before. After <see cref="MigrationStatus.Moved"/> nobody reads or writes there through the region any more.</summary>
    public required GlobalAddress From { get; init; }

    /// <summary>Where it lies, or should have lain.</summary>
    public required GlobalAddress To { get; init; }

    /// <summary>How long writers were held off; readers never were.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>The whole migration.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Bytes copied, what was copied again because it had been written meanwhile included.</summary>
    public long BytesCopied { get; init; }

    /// <summary>Of these, bytes copied while writers were held off.</summary>
    public long BytesCopiedInPause { get; init; }
}
