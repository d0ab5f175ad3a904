using System.Globalization;

namespace Urma.Net;

/// <summary>
/// A link that is slower than the memory it stands for: makes a provider that shares memory behave as if its peers were farther
/// away. Set <see cref="UrmaContextOptions.Fabric"/> for the same link to all peers, or a <see cref="FabricProfile"/>.
/// </summary>
/// <remarks>
/// It delays what the context that has it initiates: posted work (write, read, atomics, messages, and everything built on
/// them), copies between global addresses, and the ordered accesses of a <see cref="SegmentView"/> of a peer's memory. An operation begins to use the link when it
/// is posted and all operations before it, of any queue of the context and the same link and direction, have left it; it takes effect
/// and completes <see cref="Nanoseconds"/> plus length / <see cref="BytesPerSecond"/> later. Each direction (to the peers:
/// writes, messages, atomics; from them: reads) has the whole bandwidth. Two ends that both have a model each delay what they
/// send. Times are lower bounds: the real costs of this machine come on top. Only the model's own cost of looking at the clock is
/// subtracted, with links below 10 µs, so that a load or store takes what it should on average.
/// <para>
/// Work that is due is carried out by whoever polls any JFC of the context, to the precision of its polling, and otherwise by the
/// engine thread, some 0.1 ms late.
/// </para>
/// Immutable.
/// </remarks>
public sealed record FabricModel
{
    private const double MaxNanoseconds = 10e9;
    private const double MinBytesPerSecond = 1e3;

    /// <summary>Describes a link.</summary>
    /// <param name="name">What reports call it.</param>
    /// <param name="nanoseconds">Time of the shortest operation, 0 to 10 seconds.</param>
    /// <param name="bytesPerSecond">Bandwidth per direction, at least 1,000; <see cref="double.PositiveInfinity"/> for no limit.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public FabricModel(string name, double nanoseconds, double bytesPerSecond = double.PositiveInfinity)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!(nanoseconds is >= 0 and <= MaxNanoseconds))
        {
            throw new ArgumentOutOfRangeException(nameof(nanoseconds), nanoseconds, "The latency must lie between 0 and 10 seconds.");
        }

        if (!(bytesPerSecond >= MinBytesPerSecond))
        {
            throw new ArgumentOutOfRangeException(nameof(bytesPerSecond), bytesPerSecond, "The bandwidth must be at least 1,000 bytes per second.");
        }

        Name = name;
        Nanoseconds = nanoseconds;
        BytesPerSecond = bytesPerSecond;
        Tier = TierOf(nanoseconds);
    }

    /// <summary>Memory of the same node: 125 ns, no limit but memory itself.</summary>
    public static FabricModel Local { get; } = new("local", 125);

    /// <summary>Memory of another socket of the same node: 250 ns, 40 GB/s.</summary>
    public static FabricModel CrossNuma { get; } = new("cross-numa", 250, 40e9);

    /// <summary>Memory of another cabinet over UB: 400 ns, 50 GB/s.</summary>
    public static FabricModel Ub { get; } = new("ub", 400, 50e9);

    /// <summary>Another node over an RDMA network card: 3 µs, 25 GB/s (200 Gbit/s).</summary>
    public static FabricModel Rdma { get; } = new("rdma", 3000, 25e9);

    /// <summary>Another accelerator's memory over NVLink: 100 ns, 450 GB/s.</summary>
    public static FabricModel NvLink { get; } = new("nvlink", 100, 450e9) { Tier = MemoryTier.UnifiedBus };

    /// <summary>A local NVMe drive read in blocks: 10 µs, 7 GB/s.</summary>
    public static FabricModel Storage { get; } = new("storage", 10_000, 7e9);

    /// <summary>The link classes that have a name.</summary>
    public static IReadOnlyList<FabricModel> Presets { get; } = [Local, CrossNuma, NvLink, Ub, Rdma, Storage];

    /// <summary>What reports call it.</summary>
    public string Name { get; }

    /// <summary>Nanoseconds from posting to effect and completion of the shortest operation.</summary>
    public double Nanoseconds { get; }

    /// <summary>Bytes per second and direction, shared by all queues of the context; infinite where there is no limit.</summary>
    public double BytesPerSecond { get; }

    /// <summary>What memory behind it counts as; by the latency unless said otherwise.</summary>
    public MemoryTier Tier { get; init; }

    /// <summary>
    /// Whether a view of a peer's memory hands out spans and its address, whose accesses nothing can delay. When false, the
    /// default, they are refused, so that no undelayed access passes for a delayed one; ordered accesses work either way.
    /// </summary>
    public bool AllowUndelayedViews { get; init; }

    /// <summary>Reads a preset's name or own numbers.</summary>
    /// <param name="text">
    /// <c>local</c>, <c>cross-numa</c>, <c>nvlink</c>, <c>ub</c>, <c>rdma</c>, <c>storage</c>; or latency and, if wanted, bandwidth, such as <c>800ns</c>,
    /// <c>2us</c>, <c>1.5us,12GB/s</c> (units ns, us, ms; MB/s, GB/s, decimal).
    /// </param>
    /// <exception cref="FormatException">It is neither.</exception>
    public static FabricModel Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        string wanted = text.Trim();
        if (Presets.FirstOrDefault(preset => preset.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase)) is { } named)
        {
            return named;
        }

        string[] parts = wanted.Split(',', StringSplitOptions.TrimEntries);
        return parts.Length <= 2
            ? ParseNumbers("own", parts[0], parts.Length == 2 ? parts[1] : null)
            : throw new FormatException(NotNumbers(text));
    }

    /// <summary>For reports, such as <c>ub (400 ns, 50 GB/s)</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name} ({Nanoseconds:0.###} ns{(double.IsFinite(BytesPerSecond) ? string.Create(CultureInfo.InvariantCulture, $", {BytesPerSecond / 1e9:0.######} GB/s") : string.Empty)})");

    /// <summary>Reads latency and bandwidth as text.</summary>
    /// <param name="name">What reports call it.</param>
    /// <param name="latency">Such as <c>800ns</c>.</param>
    /// <param name="bandwidth">Such as <c>12GB/s</c>; no limit when null.</param>
    internal static FabricModel ParseNumbers(string name, string latency, string? bandwidth)
    {
        double bytesPerSecond = double.PositiveInfinity;
        return TryRead(latency, [("ns", 1), ("us", 1e3), ("ms", 1e6)], out double nanoseconds)
            && nanoseconds <= MaxNanoseconds
            && (bandwidth is null || (TryRead(bandwidth, [("MB/s", 1e6), ("GB/s", 1e9)], out bytesPerSecond) && bytesPerSecond >= MinBytesPerSecond))
            ? new FabricModel(name, nanoseconds, bytesPerSecond)
            : throw new FormatException(NotNumbers(bandwidth is null ? latency : $"{latency},{bandwidth}"));
    }

    private static string NotNumbers(string text) =>
        $"'{text}' is no fabric model: give {string.Join(", ", Presets.Select(static p => p.Name))}, or a latency of up to 10 seconds and "
        + "perhaps a bandwidth, such as 800ns or 1.5us,12GB/s.";

    // Half-way, as a factor, between the published figures.
    private static MemoryTier TierOf(double nanoseconds) => nanoseconds switch
    {
        < 175 => MemoryTier.Local,
        < 350 => MemoryTier.CrossNuma,
        < 1000 => MemoryTier.UnifiedBus,
        < 7000 => MemoryTier.Rdma,
        _ => MemoryTier.Storage,
    };

    private static bool TryRead(string text, ReadOnlySpan<(string Unit, double Factor)> units, out double value)
    {
        foreach ((string unit, double factor) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value))
            {
                value *= factor;
                return true;
            }
        }

        value = 0;
        return false;
    }
}
