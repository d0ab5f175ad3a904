using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Demo;

/// <summary>One way to reach another process's memory, and how the demo shows it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Sentence">What happens in it, for a newcomer.</param>
/// <param name="Latency">The measurement with 8 bytes.</param>
/// <param name="Bandwidth">The measurement with a large block.</param>
internal sealed record DemoMode(string Name, string Sentence, TestSetup Latency, TestSetup Bandwidth)
{
    private const long Small = 8;
    private const long Large = 1 << 20;

    /// <summary>The three modes.</summary>
    public static IReadOnlyList<DemoMode> All { get; } =
    [
        new DemoMode(
            "load / store",
            "The other process's memory is mapped here: a plain store is all it takes, and the other side sees it with a plain load. " +
            "Latency: a flag stored there and answered. Bandwidth: 1 MiB copied with Span.CopyTo.",
            Setup(TestKind.LoadStoreLatency, Small),
            Setup(TestKind.LoadStoreBandwidth, Large)),
        new DemoMode(
            "async UDMA",
            "await channel.WriteAsync(local, remote): the transfer is a ValueTask, whatever device carries it; the other process does nothing. " +
            "Latency: one awaited write of 8 bytes. Bandwidth: awaited writes of 1 MiB, one after the other.",
            Setup(TestKind.AsyncLatency, Small),
            Setup(TestKind.AsyncLatency, Large)),
        new DemoMode(
            "messages",
            "A message goes from a jetty into a buffer that the receiver has posted, and the receiver's completion queue tells it so. " +
            "Latency: a message and its answer. Bandwidth: a stream of 1 MiB messages, each numbered and checked.",
            Setup(TestKind.SendLatency, Small),
            Setup(TestKind.SendBandwidth, Large)),
    ];

    private static TestSetup Setup(TestKind kind, long size) => TestDefaults.Apply(new TestSetup(kind) { Size = size });
}
