namespace Urma.Net;

/// <summary>What became of one change of a batch.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="HolderUasid">Where it was not granted: the engine of a member that was in the way; 0 where nobody was.</param>
/// <param name="HolderProcessId">Where it was not granted: that member's process, as it said itself; 0 where nobody was in the way.</param>
public readonly record struct OwnershipResult(OwnershipStatus Status, uint HolderUasid = 0, int HolderProcessId = 0)
{
    /// <summary>Whether the caller holds what it asked for.</summary>
    public bool IsGranted => Status == OwnershipStatus.Granted;
}
