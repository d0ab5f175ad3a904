namespace Urma.Net.Tool.Perftest;

/// <summary>What the tests are called on the command line and in their banner.</summary>
internal static class TestNames
{
    private static readonly (TestKind Kind, string Command, string Banner, string Description)[] All =
    [
        (TestKind.ReadLatency, "read_lat", "URMA_READ Latency Test", "one-sided read; time of one operation"),
        (TestKind.WriteLatency, "write_lat", "URMA_WRITE Latency Test", "write ping-pong; each side polls its memory; half the round trip"),
        (TestKind.SendLatency, "send_lat", "URMA_SEND Latency Test", "message ping-pong into posted receives; half the round trip"),
        (TestKind.AtomicLatency, "atomic_lat", "URMA_ATOMIC Latency Test", "one remote atomic; time of one operation"),
        (TestKind.ReadBandwidth, "read_bw", "URMA_READ BW Test", "windowed one-sided reads"),
        (TestKind.WriteBandwidth, "write_bw", "URMA_WRITE BW Test", "windowed one-sided writes"),
        (TestKind.SendBandwidth, "send_bw", "URMA_SEND BW Test", "windowed messages; the receiver posts its buffers again in batches"),
        (TestKind.AtomicBandwidth, "atomic_bw", "URMA_ATOMIC BW Test", "windowed remote atomics"),
        (TestKind.LoadStoreLatency, "loadstore_lat", "URMA_LOADSTORE Latency Test", "flag ping-pong through mapped memory; half the round trip"),
        (TestKind.AsyncLatency, "async_lat", "URMA_ASYNC Latency Test", "awaited write beside the same write posted and polled"),
        (TestKind.LoadStoreBandwidth, "loadstore_bw", "URMA_LOADSTORE BW Test", "copies by plain stores through mapped memory"),
        (TestKind.XcopyLatency, "xcopy_lat", "URMA_XCOPY Latency Test", "copy between global addresses beside a plain copy; with -l a batch; time of one copy"),
        (TestKind.XcopyBandwidth, "xcopy_bw", "URMA_XCOPY BW Test", "copies between global addresses; with -l batches, beside single calls and memcpy"),
        (TestKind.Ownership, "ownership", "URMA_OWNERSHIP Switch Test", "taking regions from a peer that takes them back; time of the calls, per region"),
    ];

    public static IEnumerable<TestKind> Kinds => All.Select(entry => entry.Kind);

    public static string Of(TestKind kind) => All.First(entry => entry.Kind == kind).Command;

    public static string Banner(TestKind kind) => All.First(entry => entry.Kind == kind).Banner;

    public static string Description(TestKind kind) => All.First(entry => entry.Kind == kind).Description;

    public static bool IsBandwidth(TestKind kind) =>
        kind is TestKind.ReadBandwidth or TestKind.WriteBandwidth or TestKind.SendBandwidth
            or TestKind.AtomicBandwidth or TestKind.LoadStoreBandwidth or TestKind.XcopyBandwidth;

    public static bool IsXcopy(TestKind kind) => kind is TestKind.XcopyLatency or TestKind.XcopyBandwidth;

    public static bool IsAtomic(TestKind kind) => kind is TestKind.AtomicLatency or TestKind.AtomicBandwidth;

    /// <summary>Whether the time of an operation is half a round trip, because both ends take turns.</summary>
    public static bool IsPingPong(TestKind kind) =>
        kind is TestKind.WriteLatency or TestKind.SendLatency or TestKind.LoadStoreLatency;
}
