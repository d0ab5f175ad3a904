namespace Urma.Net.Benchmarks.Check;

/// <summary>A measurement that the guard watches: something of ours over a yardstick taken in the same rounds.</summary>
/// <param name="Name">A benchmark as in <c>expected-allocations.json</c>, or a command of the <c>urma</c> tool.</param>
/// <param name="Over">The yardstick: a benchmark, or what the tool's own ratio is over.</param>
/// <param name="IsRate">Whether the tool's ratio is better the greater it is; its inverse is what is compared.</param>
internal sealed record CheckedRatio(string Name, string Over, bool IsRate = false)
{
    private const string Ring = "RingBenchmarks.RawRing";

    /// <summary>All that are watched.</summary>
    public static IReadOnlyList<CheckedRatio> All { get; } =
    [
        // What a call costs that neither waits nor copies much, over the stores and loads that a bare ring needs.
        new("RingBenchmarks.EnqueueDequeue", Ring),
        new("SendQueueBenchmarks.Post8", Ring),
        new("SendQueueBenchmarks.PollOne", Ring),
        new("QueueBenchmarks.PollEmpty", Ring),
        new("TransferBenchmarks.Write8", Ring),
        new("TransferBenchmarks.Write8InBatchesOf16", Ring),
        new("TransferBenchmarks.FetchAdd8", Ring),
        new("MessageBenchmarks.SendReceive8", Ring),
        new("MessageChannelBenchmarks.TrySendReceive8", Ring),
        new("ChannelBenchmarks.WriteAsync8", Ring),
        new("XcopyBenchmarks.Xcopy8", Ring),
        new("XcopyBenchmarks.XcopyBatch256x64", Ring),
        new("TranslationBenchmarks.Hit", Ring),
        new("ViewBenchmarks.CreateView", Ring),
        new("RegistrationBenchmarks.WriteAnArrayAsync", Ring),

        // Accesses and copies over the same without the library.
        new("ViewBenchmarks.StoreRelease", "ViewBenchmarks.RawStore"),
        new("HeapBenchmarks.LoadGlobal", "HeapBenchmarks.LoadLocal"),
        new("TransferBenchmarks.Write64KiB", "TransferBenchmarks.RawCopy64KiB"),
        new("MessageBenchmarks.SendReceive64KiB", "TransferBenchmarks.RawCopy64KiB"),
        new("LockBenchmarks.EnterExit", "LockBenchmarks.TwoAtomics"),
        new("OwnershipBenchmarks.SetOwnership", "LockBenchmarks.TwoAtomics"),

        // Two processes: over the way of a cache line, and over memcpy.
        new("perftest send_lat -s 8", "L"),
        new("perftest write_lat -s 8", "L"),
        new("perftest write_bw -s 65536", "memcpy", IsRate: true),
    ];

    /// <summary>Whether the tool measures it, in processes of its own.</summary>
    public bool IsOfTool => Name.Contains(' ', StringComparison.Ordinal);
}
