namespace Urma.Net;

/// <summary>Why no memory was borrowed.</summary>
public enum BorrowRefusal
{
    /// <summary>No offer of at least this length is free.</summary>
    NoneFree = 0,

    /// <summary>There is enough free memory here (<see cref="BorrowPolicy.TriggerFreeRatio"/>).</summary>
    NotNeeded = 1,

    /// <summary>More than the policy's cap would be borrowed (<see cref="BorrowPool.CurrentCap"/>).</summary>
    RatioCap = 2,

    /// <summary>The process would have more than <see cref="BorrowPoolOptions.ProcessQuota"/>.</summary>
    ProcessQuota = 3,

    /// <summary>The tenant would have more than <see cref="BorrowPoolOptions.TenantQuota"/>.</summary>
    TenantQuota = 4,

    /// <summary>Somebody held the pool's lock too long.</summary>
    Busy = 5,

    /// <summary>The member that made the pool is gone.</summary>
    PoolLost = 6,
}
