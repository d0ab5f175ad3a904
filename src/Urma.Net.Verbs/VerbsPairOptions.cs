namespace Urma.Net.Verbs;

/// <summary>
/// How a <see cref="VerbsPair"/> connects. Both ends must agree on the MTU and on what the peer answers at a time; no control plane tells them.
/// What is null is as the context was opened, or as the jetty was made.
/// </summary>
public sealed record VerbsPairOptions
{
    /// <summary>What the context and the jetty say.</summary>
    public static VerbsPairOptions Default { get; } = new();

    /// <summary>
    /// Bytes in a packet: 256, 512, 1024, 2048 or 4096; as the peer has it (<c>ibv_qp_attr.path_mtu</c>; <c>ibv_rc_pingpong</c> takes 1024 unless
    /// it is told).
    /// </summary>
    public int? Mtu { get; init; }

    /// <summary>The line of the port's GID table that packets come from.</summary>
    public byte? GidIndex { get; init; }

    /// <summary>As <see cref="VerbsContextOptions.AckTimeout"/>.</summary>
    public int? AckTimeout { get; init; }

    /// <summary>
    /// As <see cref="VerbsContextOptions.RetryCount"/>, but not 7 unless that is said: soft-RoCE takes that for ever, and nobody else tells that the peer
    /// is gone.
    /// </summary>
    public int RetryCount { get; init; } = 6;

    /// <summary>As <see cref="JfsOptions.RnrRetry"/>.</summary>
    public int? RnrRetry { get; init; }

    /// <summary>
    /// How long the peer is made to wait when it found no receive here (<c>ibv_qp_attr.min_rnr_timer</c>): the next longer one of those that verbs
    /// has, 10 µs to 655.36 ms. How long we wait is the peer's to say.
    /// </summary>
    public TimeSpan MinRnrTimer { get; init; } = TimeSpan.FromMilliseconds(0.64);

    /// <summary>As <see cref="VerbsContextOptions.ServiceLevel"/>.</summary>
    public int? ServiceLevel { get; init; }

    /// <summary>As <see cref="VerbsContextOptions.TrafficClass"/>.</summary>
    public byte? TrafficClass { get; init; }

    /// <summary>As <see cref="VerbsContextOptions.HopLimit"/>.</summary>
    public byte? HopLimit { get; init; }

    /// <summary>
    /// Reads and atomics under way at a time, 1 to 255: no more than the peer answers (its <c>ibv_qp_attr.max_dest_rd_atomic</c>), which for most
    /// programs is 1.
    /// </summary>
    public int MaxReads { get; init; } = 1;

    /// <summary>As a context's options.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    internal VerbsContextOptions Over(VerbsContextOptions context)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)(RnrRetry ?? 0), 7u, nameof(RnrRetry));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxReads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxReads, byte.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinRnrTimer, TimeSpan.Zero);
        VerbsContextOptions options = context with
        {
            Mtu = Mtu ?? context.Mtu,
            GidIndex = GidIndex ?? context.GidIndex,
            AckTimeout = AckTimeout ?? context.AckTimeout,
            RetryCount = RetryCount,
            ServiceLevel = ServiceLevel ?? context.ServiceLevel,
            TrafficClass = TrafficClass ?? context.TrafficClass,
            HopLimit = HopLimit ?? context.HopLimit,
        };
        options.Validate();
        return options;
    }
}
