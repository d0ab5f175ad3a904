namespace Urma.Net;

/// <summary>How a batch of changes is carried out.</summary>
public sealed record SetOwnershipOptions
{
    /// <summary>All or nothing, and the domain's timeout.</summary>
    public static SetOwnershipOptions Default { get; } = new();

    /// <summary>Each change on its own: whatever can be had is granted, the rest is reported. Otherwise all are granted together or none is.</summary>
    public bool PerItem { get; init; }

    /// <summary>The longest wait; <see cref="OwnershipDomainOptions.Timeout"/> when null. Zero does not wait.</summary>
    public TimeSpan? Timeout { get; init; }
}
