namespace Urma.Net.Global;

/// <summary>
/// Lowers the cap of a borrower most of whose accesses go to what it borrowed, and restores it: halved with each sample above the
/// policy's share, doubled with each below half of it.
/// </summary>
/// <remarks>One thread at a time; its results may be read by any.</remarks>
internal sealed class LocalityWatch(GlobalMemory memory, BorrowPolicy policy)
{
    private double _cap = policy.RatioCap;
    private double _share = double.NaN;
    private long _allBefore;
    private long _remoteBefore;

    public double Cap => Volatile.Read(ref _cap);

    public double? Share => Volatile.Read(ref _share) is var share && double.IsNaN(share) ? null : share;

    /// <summary>Looks at what was translated since the last sample, and judges where that is enough.</summary>
    public void Look(IReadOnlyCollection<BorrowedMemory> leases)
    {
        var borrowed = new HashSet<object>(leases.Select(static l => l.Target), ReferenceEqualityComparer.Instance);
        (long all, long remote) = memory.CountAccesses(borrowed.Contains);

        // What was given back or forgotten takes its numbers with it.
        long accesses = all - _allBefore;
        if (accesses < 0 || remote < _remoteBefore)
        {
            (_allBefore, _remoteBefore) = (all, remote);
            return;
        }

        if (accesses < policy.AccessesPerSample)
        {
            return;
        }

        double share = (double)(remote - _remoteBefore) / accesses;
        (_allBefore, _remoteBefore) = (all, remote);
        Volatile.Write(ref _share, share);
        double cap = share > policy.HighestRemoteShare ? Math.Max(policy.LowestCap, _cap / 2)
            : share < policy.HighestRemoteShare / 2 ? Math.Min(policy.RatioCap, Math.Max(_cap, policy.LowestCap) * 2)
            : _cap;
        Volatile.Write(ref _cap, cap);
    }
}
