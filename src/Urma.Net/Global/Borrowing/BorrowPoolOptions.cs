namespace Urma.Net;

/// <summary>What holds for everybody in a <see cref="BorrowPool"/>; set by the member that makes it.</summary>
public sealed record BorrowPoolOptions
{
    /// <summary>Most bytes a process borrows at one time.</summary>
    public long ProcessQuota { get; init; } = long.MaxValue;

    /// <summary>Most bytes that are borrowed for one tenant at one time, by whichever processes.</summary>
    public long TenantQuota { get; init; } = long.MaxValue;
}
