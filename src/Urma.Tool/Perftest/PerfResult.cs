namespace Urma.Net.Tool.Perftest;

/// <summary>What a measurement found.</summary>
internal sealed record PerfResult(TestSetup Setup)
{
    /// <summary>Operations measured in untimed loops, over all rounds.</summary>
    public required long Iterations { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Rounds in which another program took a processor away from one of the two ends while it measured.</summary>
    public required int Disturbed { get; init; }

    /// <summary>Nanoseconds per operation, from untimed loops, one value per round.</summary>
    public required Spread Time { get; init; }

    /// <summary>Nanoseconds per operation over all untimed loops.</summary>
    public required double Average { get; init; }

    /// <summary>Nanoseconds of single operations, sorted, the clock's cost taken out; empty for bandwidth tests.</summary>
    public required double[] Samples { get; init; }

    /// <summary>The largest bandwidth of a round, bytes per nanosecond.</summary>
    public required double PeakBandwidth { get; init; }

    /// <summary>One-way time of a cache line, nanoseconds.</summary>
    public required Spread CacheLine { get; init; }

    /// <summary>memcpy between the same two memories, GB/s.</summary>
    public required Spread Copy { get; init; }

    /// <summary>A raw atomic addition to the same kind of memory, nanoseconds; 0 where the test has no atomics.</summary>
    public double Atomic { get; init; }

    /// <summary>The test over its yardstick, taken round by round.</summary>
    public required Spread Ratio { get; init; }

    /// <summary>What <see cref="Ratio"/> relates to.</summary>
    public required string RatioMeaning { get; init; }

    /// <summary>Processor time of both ends' processes, in seconds for a million operations; a round trip is two where the ends take turns.</summary>
    public double CpuSecondsPerMillion { get; init; }

    /// <summary>Managed bytes allocated per operation, both ends together.</summary>
    public required double AllocatedPerOperation { get; init; }

    /// <summary>Other ways to do the same, measured in the same rounds.</summary>
    public required IReadOnlyList<ReferenceResult> References { get; init; }

    /// <summary>What else the user should know.</summary>
    public string? Remark { get; init; }

    /// <summary>Each round's time per operation, for comparisons made inside the round.</summary>
    public required double[] Times { get; init; }

    /// <summary>Each round's cache-line time.</summary>
    public required double[] CacheLines { get; init; }

    /// <summary>Each round's memcpy, GB/s.</summary>
    public required double[] Copies { get; init; }

    /// <summary>GB/s at the median round.</summary>
    public double Bandwidth => Setup.Size / Time.Median;

    /// <summary>Million operations per second at the median round.</summary>
    public double MessageRate => 1000 / Time.Median;

    /// <summary>A percentile of the single operations, nanoseconds.</summary>
    public double Percentile(double share) => Statistics.Percentile(Samples, share);
}
