namespace Urma.Net;

/// <summary>When a peer counts as slow (<see cref="UrmaContextOptions.SlowPeers"/>).</summary>
/// <remarks>
/// <para>Time is cut into windows. What is judged of a window is the median of the operations with the peer that were timed in it
/// (<see cref="PeerStatistics.Latency"/>), so neither a few very long ones nor the mean count. A window lasts longer than
/// <see cref="Window"/> where it takes longer to have <see cref="MinSamples"/>.</para>
/// <para>The baseline of a peer is the median of the first <see cref="LearningWindows"/> windows' medians. Afterwards it only falls: to
/// the median of the last so many windows that were not slow, when that is lower. It never rises, so degradation that creeps is seen, too.</para>
/// <para>A window is slow when its median is at least <see cref="SlowRatio"/> times the baseline, and still is after what slowed the other
/// peers as well is taken off (the median of their ratios to their baselines in the same window, where that is over 1): when everybody
/// becomes slow at once, this machine is the likelier reason, and nobody is named. A peer without others to compare with is judged by its own
/// baseline alone. <see cref="Windows"/> slow windows in a row make a peer slow, from the beginning of the first; as many in a row below
/// <see cref="RecoveredRatio"/> end it.</para>
/// <para>How sure that is: where operations exceed the limit independently of each other with probability p, a window of n samples is slow with
/// that of n/2 or more successes in n tries. For n = 32 and p = 1/4 that is 0.2 %, three times in a row 1 in 10⁸ windows; with a p
/// above 1/2 the peer is found after three windows. A workload that changes to longer operations with one peer alone looks like a
/// slow peer.</para>
/// </remarks>
public sealed record SlowPeerOptions
{
    /// <summary>The shortest window; 10 ms to 1 hour.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Fewest timed operations of a window; 1 or more. One operation in <see cref="UrmaStatistics.SampleInterval"/> is timed.</summary>
    public int MinSamples { get; init; } = 32;

    /// <summary>Windows from which the baseline comes; 1 to 1,000.</summary>
    public int LearningWindows { get; init; } = 8;

    /// <summary>How many times the baseline is slow; over 1.</summary>
    public double SlowRatio { get; init; } = 3;

    /// <summary>Below how many times the baseline it is well again; 1 to <see cref="SlowRatio"/>.</summary>
    public double RecoveredRatio { get; init; } = 1.5;

    /// <summary>Windows in a row that decide; 1 or more.</summary>
    public int Windows { get; init; } = 3;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, TimeSpan.FromMilliseconds(10));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Window, TimeSpan.FromHours(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(MinSamples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LearningWindows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LearningWindows, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SlowRatio, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RecoveredRatio, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RecoveredRatio, SlowRatio);
        ArgumentOutOfRangeException.ThrowIfLessThan(Windows, 1);
    }
}
