namespace Urma.Net;

/// <summary>How fast a peer is, by its baseline; see <see cref="SlowPeerOptions"/>.</summary>
/// <param name="IsSlow">Whether it counts as slow.</param>
/// <param name="Since">When it became slow or well again: the beginning of the first window that said so (UTC).</param>
/// <param name="BaselineNanoseconds">What its operations took when it was well.</param>
/// <param name="Nanoseconds">The median of the last window.</param>
public readonly record struct PeerSpeed(bool IsSlow, DateTimeOffset Since, double BaselineNanoseconds, double Nanoseconds)
{
    /// <summary>How many times the baseline that is.</summary>
    public double Ratio => Nanoseconds / BaselineNanoseconds;
}
