namespace Urma.Net.Ub;

/// <summary>How an <see cref="UbOwnershipChange"/> ended. Where it was not granted, this host holds what it held before.</summary>
public enum UbOwnershipStatus
{
    /// <summary>Not carried out, because the call ended with an exception before.</summary>
    NotDone = 0,

    /// <summary>This host holds what it asked for.</summary>
    Granted,

    /// <summary>Another host holds rights that exclude these (the software libobmm), or too many processes do (OBMM's limit of 65535 for a page): <c>EBUSY</c>. Ask again later.</summary>
    Busy,

    /// <summary>The range is empty, misaligned, outside the memory, or contradicts another change of the batch.</summary>
    Invalid,

    /// <summary>A view of this process needs the rights that would be given up: dispose it first.</summary>
    InUse,

    /// <summary>The memory's owner is gone, or caches could not be written back: <c>ENOTRECOVERABLE</c>. Dispose the memory.</summary>
    Lost,

    /// <summary>The library refused for another reason, which <see cref="UbOwnershipResult.NativeError"/> tells.</summary>
    Failed,
}
