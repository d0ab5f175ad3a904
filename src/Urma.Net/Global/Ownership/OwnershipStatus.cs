namespace Urma.Net;

/// <summary>What became of one <see cref="OwnershipChange"/>.</summary>
public enum OwnershipStatus
{
    /// <summary>Not carried out, because another change of an all-or-nothing batch was not.</summary>
    NotDone = 0,

    /// <summary>The caller holds what it asked for.</summary>
    Granted,

    /// <summary>The time was over while somebody used the range or had asked for it before.</summary>
    TimedOut,

    /// <summary>The call was cancelled first.</summary>
    Cancelled,

    /// <summary>The range is empty, misaligned, outside its region, or contradicts another change of the batch.</summary>
    Invalid,
}
