namespace Urma.Net;

/// <summary>Looks at engines from outside: any process of the same user can, without taking part and without slowing them.</summary>
/// <remarks>Thread-safe.</remarks>
public static class UrmaDiagnostics
{
    /// <summary>
    /// The name of the meter (<see cref="System.Diagnostics.Metrics.Meter"/>) that reports this process's own engines: operations, bytes, errors,
    /// waits, quantiles of how long operations took, queues and peers, by provider; docs/observability.md has the table of all instruments.
    /// Nothing is read or summed until a listener asks.
    /// </summary>
    public const string MeterName = "Urma.Net";

    /// <summary>
    /// The name of the event source (<see cref="System.Diagnostics.Tracing.EventSource"/>) that reports this process's own
    /// engines. While enabled with an interval it has counters (<c>writes</c>, <c>bytes</c>, <c>errors</c>, <c>outstanding</c>, <c>send-p99</c>, ...: all in
    /// docs/observability.md), so <c>dotnet-counters monitor --counters Urma-Net</c> shows them. Its events, each with the
    /// context they happened to: ContextOpened (1), ContextClosed (2), PeerConnected (3), PeerLost (4: peer, fault),
    /// SegmentRevoked (5: segment, whether its importers confirmed), ImportRevoked (6: owner, segment), LaneRefused (7: a sender
    /// that wrote nonsense), ControlRequestFailed (8: request, reason), ConnectionRefused (9: reason),
    /// PeerSlow (10) and PeerRecovered (11: peer, how slow). They are raised by a
    /// thread-pool thread in the order in which they happened; nothing is made or queued while nobody listens.
    /// </summary>
    public const string EventSourceName = "Urma-Net";

    /// <summary>
    /// The name of the activity source (<see cref="System.Diagnostics.ActivitySource"/>) whose spans are awaited operations: those of a
    /// <see cref="UdmaChannel"/> (write, read, compare_swap, fetch_add, ..., kind client; send, kind producer), <c>XcopyAsync</c> and
    /// <c>XcopyBatchAsync</c> of <see cref="GlobalMemory"/> (xcopy, xcopy_batch), and <c>SendAsync</c> and <c>ReceiveAsync</c> of a
    /// <see cref="MessageChannel"/> (send, receive with the peer's label; kinds producer and consumer). Tags: <c>urma.provider</c>,
    /// <c>urma.operation.name</c>, <c>urma.operation.size</c> in bytes, <c>urma.peer.uasid</c> where the peer is known; on messages also
    /// <c>messaging.system</c> (urma), <c>messaging.operation.name</c>, <c>messaging.operation.type</c>,
    /// <c>messaging.message.body.size</c> and <c>messaging.destination.name</c>; on failure <c>error.type</c>, the name of the
    /// completion's status. While nobody listens an operation costs one test more and allocates nothing.
    /// </summary>
    public const string ActivitySourceName = "Urma.Net";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>The devices on which at least one engine of this machine is alive, whoever opened it.</summary>
    /// <remarks>Loopback fabrics that meet in a directory cannot be found; ask for their engines by connection string.</remarks>
    public static IReadOnlyList<UrmaDevice> GetActiveDevices() =>
        [.. UrmaProvider.All.Where(static p => p.IsSupported).SelectMany(static p => p.FindActiveDevices())];

    /// <summary>The engines alive on a device, by UASID.</summary>
    /// <param name="connectionString">Which device, such as <c>loopback://fabric</c>. It is not opened.</param>
    /// <param name="timeout">The longest wait for each engine's answer, which a stopped one does not give; half a second when null.</param>
    /// <exception cref="UrmaException">Unknown scheme, not a device, or the provider is not supported here.</exception>
    public static IReadOnlyList<UrmaEngineInfo> GetEngines(string connectionString, TimeSpan? timeout = null) =>
        GetEngines(UrmaProvider.Resolve(connectionString), timeout);

    /// <summary>The engines alive on a device, by UASID.</summary>
    /// <param name="device">Which device. It is not opened.</param>
    /// <param name="timeout">The longest wait for each engine's answer, which a stopped one does not give; half a second when null.</param>
    /// <exception cref="UrmaException">The provider is not supported here.</exception>
    public static IReadOnlyList<UrmaEngineInfo> GetEngines(UrmaDevice device, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout ?? TimeSpan.Zero, TimeSpan.Zero, nameof(timeout));
        device.Provider.ThrowIfNotSupported();
        return device.Provider.FindEngines(device, timeout ?? DefaultTimeout);
    }
}
