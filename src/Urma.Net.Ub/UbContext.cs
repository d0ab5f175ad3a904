using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>An opened UB device.</summary>
/// <remarks>Thread-safe. Names on the fabric (<see cref="Publish"/>) are not part of liburma: exchange descriptors as your program likes.</remarks>
public sealed unsafe partial class UbContext : UrmaContext
{
    private static readonly TimeSpan IdleBound = TimeSpan.FromSeconds(5);

    private readonly urma_context_t* _native;
    private readonly UbDevice _device;
    private readonly Lock _lock = new();
    private readonly List<IDisposable> _children = [];
    private readonly ConcurrentDictionary<ulong, UbSendQueue> _sendQueues = new();
    private readonly ConcurrentDictionary<uint, UbJfr> _receiveQueues = new();
    private readonly ConcurrentDictionary<uint, UbJfr> _receiveQueueOfJetty = new();
    private readonly Graveyard _graveyard = new(static () => { });
    private EmulatedAtomics? _emulated;
    private UrmaCounters _closedQueues;
    private int _disposed;

    internal UbContext(UrmaDevice device, UrmaContextOptions options, UbContextOptions ubOptions, UbDevice ubDevice)
        : base(device, options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)ubOptions.Priority, 15u, nameof(UbContextOptions.Priority));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)ubOptions.ErrorTimeout, 31u, nameof(UbContextOptions.ErrorTimeout));
        _device = ubDevice;
        UbOptions = ubOptions;
        Capabilities = ubDevice.Capabilities
            ?? throw new UrmaException(UrmaStatus.Failed, $"The device '{ubDevice.Name}' does not tell what it can do (urma_query_device failed): may this user open /dev/uburma/{ubDevice.Name}?");
        Marshal.SetLastSystemError(0);
        _native = Liburma.urma_create_context(ubDevice.Native, ubOptions.EidIndex ?? FirstEidIndex(ubDevice));
        int error = Marshal.GetLastSystemError();
        if (_native == null)
        {
            FreeTables();
            throw UbError.FromErrno(error, $"open the device '{ubDevice.Name}'");
        }

        Eid = NativeEid.Read(&_native->eid);
        Uasid = _native->uasid;
        NeedsNoRoute = ubDevice.IsSoftware;
        if (ubOptions.Bonding is { } bonding)
        {
            int mode = (int)bonding;
            int status = (int)Liburma.urma_set_context_opt(_native, urma_opt_name_t.URMA_OPT_AGGR_MODE, &mode, sizeof(int));
            if (status != 0)
            {
                _ = Liburma.urma_delete_context(_native);
                FreeTables();
                UbError.Check(status, $"set the bonding mode {bonding} of '{ubDevice.Name}'");
            }
        }
    }

    /// <inheritdoc/>
    public override ProviderCapabilities Capabilities { get; }

    /// <inheritdoc/>
    public override Eid Eid { get; }

    /// <inheritdoc/>
    public override uint Uasid { get; }

    /// <summary>What it was opened with beside <see cref="UrmaContext.Options"/>.</summary>
    public UbContextOptions UbOptions { get; }

    internal urma_context_t* Native => _native;

    internal HandleTable LocalSegments { get; } = new();

    internal HandleTable RemoteSegments { get; } = new();

    internal HandleTable Targets { get; } = new();

    /// <summary>Which atomics the device executes, as <c>urma_atomic_feature_t</c>.</summary>
    internal uint Atomics => _device.Atomics;

    /// <summary>Whether one-sided work finds its way without a target jetty.</summary>
    internal bool NeedsNoRoute { get; }

    /// <summary>Carries out the atomics that the device does not.</summary>
    /// <exception cref="UrmaException">The device has no more queues.</exception>
    internal EmulatedAtomics GetEmulated()
    {
        EmulatedAtomics? emulated = Volatile.Read(ref _emulated);
        if (emulated is null)
        {
            lock (_lock)
            {
                emulated = _emulated ??= new EmulatedAtomics(this);
            }
        }

        return emulated;
    }

    /// <inheritdoc/>
    public override Jfce CreateJfce()
    {
        ThrowIfDisposed();
        return Keep(new UbJfce(this));
    }

    /// <inheritdoc/>
    public override Jfc CreateJfc(JfcOptions? options = null)
    {
        ThrowIfDisposed();
        options ??= new JfcOptions();
        RequireOwn(options.Jfce?.Context, "JFCE");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Depth, Capabilities.MaxJfcDepth);
        return Keep(new UbJfc(this, options));
    }

    /// <inheritdoc/>
    public override Jfr CreateJfr(JfrOptions options) => CreateJfr(options, options?.TransportMode ?? default);

    private UbJfr CreateJfr(JfrOptions options, TransportMode mode)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.ReceiveJfc);
        RequireOwn(options.ReceiveJfc.Context, "JFC");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Depth, Capabilities.MaxJfrDepth);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxSge, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxSge, Capabilities.MaxReceiveSge);
        var jfr = new UbJfr(this, options, mode);
        _receiveQueues[jfr.Id] = jfr;
        return Keep(jfr);
    }

    /// <inheritdoc/>
    public override Jfs CreateJfs(JfsOptions options)
    {
        CheckQueue(options);
        return Keep(new UbJfs(this, options));
    }

    /// <inheritdoc/>
    public override Jetty CreateJetty(JettyOptions options) => CreateJetty(options, group: null);

    /// <summary>Makes a group, to which jetties are added as they are made.</summary>
    /// <param name="name">1 to 63 bytes of UTF-8.</param>
    /// <param name="policy">How a message finds its jetty.</param>
    /// <param name="token">The secret a sender must show; random when null.</param>
    /// <exception cref="UrmaException">The device has no groups, or no more.</exception>
    public UbJettyGroup CreateJettyGroup(string name, UbGroupPolicy policy = UbGroupPolicy.RoundRobin, Token? token = null)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(name);
        return Keep(new UbJettyGroup(this, name, policy, token));
    }

    /// <summary>Makes a jetty of a group.</summary>
    /// <param name="options">How.</param>
    /// <param name="group">The group; none when null.</param>
    /// <exception cref="UrmaException">A JFC cannot hold its completions, the group is full, or resources ran out.</exception>
    public Jetty CreateJetty(JettyOptions options, UbJettyGroup? group)
    {
        CheckQueue(options);
        if (options.SharedJfr is not null && options.Receive is not null)
        {
            throw new ArgumentException("Give either SharedJfr or Receive, not both.", nameof(options));
        }

        RequireOwn(options.SharedJfr?.Context, "JFR");
        if (options.SharedJfr is UbJfr shared && shared.Mode != options.TransportMode)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument, $"The shared JFR serves jetties of mode {shared.Mode}, not {options.TransportMode}: set JfrOptions.TransportMode.");
        }

        Jfr receive = options.SharedJfr ?? CreateJfr(options.Receive ?? new JfrOptions { ReceiveJfc = options.SendJfc }, options.TransportMode);
        try
        {
            return Keep(new UbJetty(this, options, (UbJfr)receive, ownsReceiveQueue: options.SharedJfr is null, group));
        }
        catch when (options.SharedJfr is null)
        {
            receive.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="UrmaException">Always: liburma has no names.</exception>
    public override IDisposable Publish(string name, ReadOnlySpan<byte> value) => throw NoNames();

    /// <inheritdoc/>
    /// <exception cref="UrmaException">Always: liburma has no names.</exception>
    public override byte[] Lookup(string name, TimeSpan timeout, CancellationToken cancellationToken = default) => throw NoNames();

    /// <inheritdoc/>
    public override UrmaCounters GetCounters()
    {
        lock (_lock)
        {
            UrmaCounters sum = _closedQueues;
            foreach (UbSendQueue queue in _sendQueues.Values)
            {
                sum = sum.Plus(queue.Counters);
            }

            return sum;
        }
    }

    internal override bool IsEngineGone(uint uasid) => false;

    internal override void Watch(IActivity activity) => _graveyard.Watch(activity);

    internal override void Unwatch(IActivity activity) => _graveyard.Unwatch(activity);

    /// <summary>Calls a function when no thread is between the check of a token and its use any more; not at all where that takes too long.</summary>
    internal void WhenUnused(Action release)
    {
        if (_graveyard.WaitUntilIdle(IdleBound))
        {
            release();
        }
        else
        {
            System.Diagnostics.Trace.TraceWarning("A thread has been posting for very long: what it may use stays until the context is closed.");
        }
    }

    /// <summary>Remembers who takes messages for a jetty, for as long as the JFR lives: completions can be polled after the jetty is gone.</summary>
    internal void Serve(uint jetty, UbJfr queue) => _receiveQueueOfJetty[jetty] = queue;

    internal UbJfr? FindReceiveQueueOf(uint jetty) => _receiveQueueOfJetty.GetValueOrDefault(jetty);

    internal void Add(UbSendQueue queue)
    {
        _sendQueues[queue.Key] = queue;
        _graveyard.Watch(queue);
    }

    internal void Remove(UbSendQueue queue)
    {
        _graveyard.Unwatch(queue);
        lock (_lock)
        {
            if (_sendQueues.TryRemove(queue.Key, out _))
            {
                _closedQueues = _closedQueues.Plus(queue.Counters with { OpenQueues = 0 });
            }
        }
    }

    internal void Remove(UbJfr jfr)
    {
        _receiveQueues.TryRemove(jfr.Id, out _);
        foreach ((uint jetty, UbJfr queue) in _receiveQueueOfJetty)
        {
            if (queue == jfr)
            {
                _receiveQueueOfJetty.TryRemove(jetty, out _);
            }
        }
    }

    internal void Drop(IDisposable child)
    {
        lock (_lock)
        {
            _children.Remove(child);
        }
    }

    internal UbSendQueue? FindSendQueue(ulong key) => _sendQueues.GetValueOrDefault(key);

    internal UbJfr? FindReceiveQueue(uint id) => _receiveQueues.GetValueOrDefault(id);

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);

    private protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // Queues before the memory they use and what they report to. A queue that waits to be polled is deleted now; a JFR goes after its
        // jetties, hence twice.
        DisposeChildren(static c => c is Jfs or Jfr);
        UbJfc[] jfcs = Children<UbJfc>();
        Array.ForEach(jfcs, static j => j.FinishClosing(force: true));
        Array.ForEach(jfcs, static j => j.FinishClosing(force: true));
        DisposeChildren(static c => c is not (Jfc or Jfce));
        DisposeChildren(static c => c is Jfc);
        DisposeChildren(static _ => true);

        StopEvents();
        UrmaStatus status = (UrmaStatus)Liburma.urma_delete_context(_native);
        if (status != UrmaStatus.Success)
        {
            System.Diagnostics.Trace.TraceWarning($"urma_delete_context of '{_device.Name}' returned {status}: something below it is still open.");
        }

        FreeTables();
    }

    private void FreeTables()
    {
        LocalSegments.Dispose();
        RemoteSegments.Dispose();
        Targets.Dispose();
    }

    // The last made first.
    private void DisposeChildren(Func<IDisposable, bool> which)
    {
        foreach (IDisposable child in Enumerable.Reverse(Children<IDisposable>()))
        {
            if (!which(child))
            {
                continue;
            }

            try
            {
                child.Dispose();
            }
            catch (UrmaException error)
            {
                // The others, and the context itself, must go all the same.
                System.Diagnostics.Trace.TraceWarning(error.Message);
                Drop(child);
            }
        }
    }

    private T[] Children<T>()
    {
        lock (_lock)
        {
            return [.. _children.OfType<T>()];
        }
    }

    private static uint FirstEidIndex(UbDevice device) => device.GetEids() is [var first, ..]
        ? first.Index
        : throw new UrmaException(UrmaStatus.Failed, $"The device '{device.Name}' has no EID: add one (urma_admin eid add).");

    private void CheckQueue(JfsOptions options)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.SendJfc);
        RequireOwn(options.SendJfc.Context, "JFC");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Depth, Capabilities.MaxJfsDepth);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RnrRetry, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.RnrRetry, 7);
    }

    private T Keep<T>(T child)
        where T : IDisposable
    {
        lock (_lock)
        {
            if (_disposed == 0)
            {
                _children.Add(child);
                return child;
            }
        }

        child.Dispose();
        throw new ObjectDisposedException(nameof(UbContext));
    }

    private void RequireOwn(UrmaContext? owner, string what)
    {
        if (owner is not null && owner != this)
        {
            throw new ArgumentException($"The {what} belongs to another context.");
        }
    }

    private static UrmaException NoNames() =>
        new(UrmaStatus.Failed, "liburma has no names on the fabric: exchange descriptors over a socket, a file, or another channel of yours.");
}
