namespace Urma.Net;

/// <summary>How lent memory came back.</summary>
public enum ReclaimResult
{
    /// <summary>Nobody had it.</summary>
    WasFree = 0,

    /// <summary>The borrower returned it when asked.</summary>
    Returned = 1,

    /// <summary>The borrower did not return it in time, or is dead: it was taken away. Its accesses now fail as <see cref="GlobalMemoryStatus.Revoked"/>.</summary>
    Revoked = 2,
}
