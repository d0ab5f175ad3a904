namespace Urma.Net.Ub;

/// <summary>What became of one <see cref="UbOwnershipChange"/>.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="NativeError">The <c>errno</c> of <c>obmm_set_ownership</c>; 0 where it was not called or succeeded.</param>
public readonly record struct UbOwnershipResult(UbOwnershipStatus Status, int NativeError = 0)
{
    /// <summary>Whether this host holds what it asked for.</summary>
    public bool IsGranted => Status == UbOwnershipStatus.Granted;
}
