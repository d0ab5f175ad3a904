namespace Urma.Net;

/// <summary>
/// An opened device: the factory and strong owner of everything below it; <see cref="Eid"/> and <see cref="Uasid"/> identify it
/// to peers (<c>urma_context_t</c>).
/// </summary>
/// <remarks>Thread-safe. One process may open several.</remarks>
public abstract class UrmaContext : IDisposable, IAsyncDisposable
{
    private readonly Diagnostics.SlowPeerWatch? _slowPeers;
    private volatile bool _closed;

    private protected UrmaContext(UrmaDevice device, UrmaContextOptions options)
    {
        Device = device;
        Options = options;
        Services = new Async.ContextServices(this);
        Global = new GlobalMemory(this);
        Placement = new MemoryPlacement(this);
        _slowPeers = options.SlowPeers is { } rule ? new Diagnostics.SlowPeerWatch(this, rule) : null;
    }

    /// <summary>The device.</summary>
    public UrmaDevice Device { get; }

    /// <summary>How it was opened.</summary>
    public UrmaContextOptions Options { get; }

    /// <summary>What the provider can do.</summary>
    public virtual ProviderCapabilities Capabilities => Device.Provider.Capabilities;

    /// <summary>Whether it was closed, or is being closed.</summary>
    public bool IsClosed => _closed;

    /// <summary>The device's endpoint identifier.</summary>
    public abstract Eid Eid { get; }

    /// <summary>This engine's address-space id (24 bits), unique on its device.</summary>
    public abstract uint Uasid { get; }

    /// <summary>All memory of this context and of its peers, by global address: translation and copies.</summary>
    public GlobalMemory Global { get; }

    /// <summary>Where that memory lies and how far it is.</summary>
    public MemoryPlacement Placement { get; }

    /// <summary>Where everything of this context counts.</summary>
    internal abstract Diagnostics.StatisticsPage Statistics { get; }

    /// <summary>What channels of this context share.</summary>
    internal Async.ContextServices Services { get; }

    /// <summary>A peer that was connected died or left. Raised on a thread of the provider's: return soon.</summary>
    /// <remarks>Look at <see cref="PeerLostEventArgs.IsConfirmed"/> before something that matters is ended for it.</remarks>
    public event EventHandler<PeerLostEventArgs>? PeerLost;

    /// <summary>
    /// A peer became slow, or well again, by the rule of <see cref="UrmaContextOptions.SlowPeers"/>; never raised without one. Raised on a thread of
    /// the pool, one at a time: while a handler runs nothing is looked for.
    /// </summary>
    public event EventHandler<PeerSpeedEventArgs>? PeerSpeedChanged;

    /// <summary>The peers that are slow now, by the rule of <see cref="UrmaContextOptions.SlowPeers"/>; empty without one.</summary>
    public IReadOnlyList<PeerSpeedEventArgs> SlowPeers => _slowPeers?.Slow ?? [];

    /// <summary>Opens a device by connection string, such as <c>loopback://fabric</c>.</summary>
    /// <param name="connectionString">Scheme and device name. There is no fallback to another provider.</param>
    /// <param name="options">How; defaults when null.</param>
    /// <exception cref="UrmaException">Unknown scheme, no such device, or the provider is not supported here; the message says why.</exception>
    public static UrmaContext Open(string connectionString, UrmaContextOptions? options = null) =>
        UrmaProvider.Resolve(connectionString).Open(options);

    /// <summary>Makes an event channel.</summary>
    public abstract Jfce CreateJfce();

    /// <summary>Makes a completion queue.</summary>
    /// <param name="options">How; defaults when null.</param>
    public abstract Jfc CreateJfc(JfcOptions? options = null);

    /// <summary>Makes a receive queue.</summary>
    /// <param name="options">How.</param>
    /// <exception cref="UrmaException">The JFC cannot hold its completions, or resources ran out.</exception>
    public abstract Jfr CreateJfr(JfrOptions options);

    /// <summary>Makes a send queue.</summary>
    /// <param name="options">How.</param>
    /// <exception cref="UrmaException">The JFC cannot hold its completions, or resources ran out.</exception>
    public abstract Jfs CreateJfs(JfsOptions options);

    /// <summary>Makes a jetty.</summary>
    /// <param name="options">How.</param>
    /// <exception cref="UrmaException">A JFC cannot hold its completions, or resources ran out.</exception>
    public abstract Jetty CreateJetty(JettyOptions options);

    /// <summary>Allocates zeroed memory that peers can map, and registers it.</summary>
    /// <param name="length">Bytes, 0 or more; may exceed 4 GiB.</param>
    /// <param name="options">How; <see cref="SegmentOptions.Default"/> when null.</param>
    /// <exception cref="UrmaException">Not enough memory within the limits that hold here; the message names the limit.</exception>
    public abstract Segment AllocateSegment(long length, SegmentOptions? options = null);

    /// <summary>
    /// Registers the caller's memory: adopted in place where that can be done, else served by copying (see <see cref="Segment.Mode"/>).
    /// Nobody may write to it while this call runs. It must stay allocated until the segment is disposed.
    /// </summary>
    /// <param name="address">First byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="options">How; <see cref="SegmentOptions.Default"/> when null.</param>
    /// <exception cref="UrmaException">The memory cannot be served as asked.</exception>
    public abstract unsafe Segment RegisterSegment(void* address, long length, SegmentOptions? options = null);

    /// <summary>Imports a peer's segment.</summary>
    /// <param name="descriptor">What the peer sent.</param>
    /// <param name="token">The secret.</param>
    /// <exception cref="UrmaException">The token does not match, the segment or its owner is gone, or the peer does not answer in time.</exception>
    public abstract TargetSegment ImportSegment(SegmentDescriptor descriptor, Token token);

    /// <summary>This context's own segment of a number; null where there is none (any more).</summary>
    /// <param name="tokenId">The number, from a descriptor.</param>
    internal abstract Segment? FindOwnSegment(uint tokenId);

    /// <summary>Imports a peer's segment to an address of the caller's choice, over whatever is mapped there.</summary>
    /// <param name="descriptor">What the peer sent.</param>
    /// <param name="token">The secret.</param>
    /// <param name="address">The first byte here, at a page; the range is given back when the import is disposed. After a failure it is
    /// still the caller's, reserved.</param>
    /// <exception cref="UrmaException">As <see cref="ImportSegment"/>, or the provider cannot map, or not there.</exception>
    internal abstract TargetSegment ImportSegmentAt(SegmentDescriptor descriptor, Token token, nint address);

    /// <summary>Whether it is certain that no engine of the fabric has a number. Connects, so it can take as long as the control timeout.</summary>
    internal abstract bool IsEngineGone(uint uasid);

    /// <summary>Imports a peer's jetty or JFR.</summary>
    /// <param name="descriptor">What the peer sent.</param>
    /// <param name="token">The secret.</param>
    /// <exception cref="UrmaException">The token does not match, the jetty or its owner is gone, or the peer does not answer in time.</exception>
    public abstract TargetJetty ImportJetty(JettyDescriptor descriptor, Token token);

    /// <summary>Publishes bytes under a name on the fabric, for <see cref="Lookup"/>. The name goes with this process or the returned object.</summary>
    /// <param name="name">1 to 64 letters, digits, '.', '-', '_'.</param>
    /// <param name="value">What peers get; up to 32 KiB.</param>
    /// <exception cref="UrmaException">The name is taken.</exception>
    public abstract IDisposable Publish(string name, ReadOnlySpan<byte> value);

    /// <summary>Reads what a peer published, waiting until it does.</summary>
    /// <param name="name">The name.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UrmaException">Nobody published the name in time.</exception>
    public abstract byte[] Lookup(string name, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>
    /// What this engine has done as an initiator. Any thread, at any time; costs some microseconds and does not disturb the
    /// queues. After the context is closed: what it had done by then.
    /// </summary>
    public UrmaCounters GetCounters() => Statistics.ReadCounters();

    /// <summary>
    /// All that is known of this engine's work: counters, sampled latencies, queues, peers. Any thread, at any time; costs some tens of microseconds, and more
    /// with hundreds of queues, and does not disturb the queues. After the context is closed: what there was then.
    /// </summary>
    public UrmaStatistics GetStatistics() => Statistics.Read();

    /// <summary>Closes everything below the context: outstanding work completes as flushed, grants end, peers are told.</summary>
    public void Dispose()
    {
        CloseAll();
        GC.SuppressFinalize(this);
    }

    /// <summary>As <see cref="Dispose"/>, without blocking the caller.</summary>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return new ValueTask(Task.Run(CloseAll));
    }

    /// <summary>From now on mappings stay while this thread of execution is active.</summary>
    /// <param name="activity">Who may hold pointers.</param>
    internal abstract void Watch(Internal.IActivity activity);

    /// <summary>Undoes <see cref="Watch"/>.</summary>
    /// <param name="activity">Who holds none any more.</param>
    internal abstract void Unwatch(Internal.IActivity activity);

    /// <summary>
    /// Makes the addresses of registered memory known to <see cref="Global"/>; for providers without mapping, once, before the
    /// segment is handed out.
    /// </summary>
    private protected T Known<T>(T segment)
        where T : Segment
    {
        Global.Know(segment);
        return segment;
    }

    /// <summary>As <see cref="Known{T}(T)"/>, for imported memory: it is reached by posted reads, writes and atomics.</summary>
    private protected T KnownImport<T>(T segment)
        where T : TargetSegment
    {
        Global.Know(segment);
        return segment;
    }

    /// <summary>Raises <see cref="PeerLost"/>; a handler that throws does not harm the provider.</summary>
    /// <param name="args">Who, and why.</param>
    private protected void OnPeerLost(PeerLostEventArgs args)
    {
        if (args.IsConfirmed)
        {
            Global.Table.MarkLost(args.Eid, args.Uasid);
        }

        Raise(PeerLost, args, nameof(PeerLost));
    }

    /// <summary>Raises <see cref="PeerSpeedChanged"/>.</summary>
    /// <param name="args">Who, and how slow.</param>
    internal void OnPeerSpeedChanged(PeerSpeedEventArgs args)
    {
        Diagnostics.UrmaEvents.Report(
            args.Speed.IsSlow ? Diagnostics.UrmaEvent.PeerSlow : Diagnostics.UrmaEvent.PeerRecovered, this, $"{args.Uasid:x6} {args.Label}".TrimEnd(), args.ToString());
        Raise(PeerSpeedChanged, args, nameof(PeerSpeedChanged));
    }

    /// <summary>Begins to look for slow peers, where that was asked for. Once, when the context can be used.</summary>
    internal void WatchPeers() => _slowPeers?.Start();

    /// <summary>Refuses options of a JFR that no provider can fulfil.</summary>
    private protected void Check(JfrOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.ReceiveJfc);
        RequireOwn(options.ReceiveJfc.Context, "JFC");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Depth, Capabilities.MaxJfrDepth);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxSge, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxSge, Capabilities.MaxReceiveSge);
    }

    /// <summary>Refuses options of a send queue that no provider can fulfil.</summary>
    private protected void Check(JfsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.SendJfc);
        RequireOwn(options.SendJfc.Context, "JFC");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Depth, Capabilities.MaxJfsDepth);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RnrRetry, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.RnrRetry, 7);
    }

    /// <summary>Refuses options of a JFC that no provider can fulfil.</summary>
    private protected void Check(JfcOptions options)
    {
        RequireOwn(options.Jfce?.Context, "JFCE");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Depth, Capabilities.MaxJfcDepth);
    }

    /// <summary>Refuses a segment that no provider can make; the options are those that hold.</summary>
    private protected static SegmentOptions Check(long length, SegmentOptions? options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        options ??= SegmentOptions.Default;
        options.Validate();
        return options;
    }

    /// <summary>As that, for memory of the caller's that peers will not map.</summary>
    private protected static unsafe SegmentOptions CheckUnmapped(void* address, long length, SegmentOptions? options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length != 0)
        {
            ArgumentNullException.ThrowIfNull(address);
        }

        options = Check(length, options);
        return options.RequireMapping
            ? throw new UrmaException(UrmaStatus.InvalidArgument, "Peers of this device do not map segments: register without RequireMapping.")
            : options;
    }

    /// <summary>Refuses a jetty with two receive queues, or with another context's.</summary>
    private protected void CheckReceive(JettyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.SharedJfr is not null && options.Receive is not null)
        {
            throw new ArgumentException("Give either SharedJfr or Receive, not both.", nameof(options));
        }

        RequireOwn(options.SharedJfr?.Context, "JFR");
    }

    /// <summary>Refuses an object of another context; none is fine.</summary>
    private protected void RequireOwn(UrmaContext? owner, string what)
    {
        if (owner is not null && owner != this)
        {
            throw new ArgumentException($"The {what} belongs to another context.");
        }
    }

    /// <summary>Closes; idempotent.</summary>
    private protected abstract void DisposeCore();

    private void Raise<T>(EventHandler<T>? handlers, T args, string name)
    {
        foreach (Delegate handler in handlers?.GetInvocationList() ?? [])
        {
            try
            {
                ((EventHandler<T>)handler)(this, args);
            }
#pragma warning disable CA1031 // a user's handler must not end the thread that raises
            catch (Exception error)
            {
                System.Diagnostics.Trace.TraceError($"A {name} handler threw: {error}");
            }
#pragma warning restore CA1031
        }
    }

    private void CloseAll()
    {
        _closed = true;
        _slowPeers?.Dispose();
        Services.Close();
        Global.Close();
        DisposeCore();
        if (Diagnostics.OpenContexts.Retire(this))
        {
            Diagnostics.UrmaEvents.Report(Diagnostics.UrmaEvent.ContextClosed, this);
        }
    }
}
