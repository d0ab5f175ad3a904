using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Ub;

/// <summary>An opened UB device.</summary>
/// <remarks>Thread-safe. Names on the fabric (<see cref="Publish"/>) are not part of liburma: exchange descriptors as your program likes.</remarks>
public sealed unsafe partial class UbContext : UrmaContext
{
    private readonly urma_context_t* _native;
    private readonly UbDevice _device;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<ulong, UbSendQueue> _sendQueues = new();
    private readonly ConcurrentDictionary<uint, UbJfr> _receiveQueues = new();
    private readonly ConcurrentDictionary<uint, UbJfr> _receiveQueueOfJetty = new();

    internal UbContext(UrmaDevice device, UrmaContextOptions options, UbContextOptions ubOptions, UbDevice ubDevice)
        : base(device, options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)ubOptions.Priority, 15u, nameof(UbContextOptions.Priority));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)ubOptions.ErrorTimeout, 31u, nameof(UbContextOptions.ErrorTimeout));
        Objects = new DeviceObjects(this);
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
        _events = new DeviceEvents<UbEvent>(Objects, _native->async_fd, $"urma-events-{Uasid:x6}", TryTakeEvent);
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

    internal DeviceObjects Objects { get; }

    internal HandleTable LocalSegments { get; } = new();

    internal HandleTable RemoteSegments { get; } = new();

    internal HandleTable Targets { get; } = new();

    /// <summary>Which atomics the device executes, as <c>urma_atomic_feature_t</c>.</summary>
    internal uint Atomics => _device.Atomics;

    /// <summary>Whether one-sided work finds its way without a target jetty.</summary>
    internal bool NeedsNoRoute { get; }

    /// <inheritdoc/>
    /// <exception cref="UrmaException">Always: liburma has no names.</exception>
    public override IDisposable Publish(string name, ReadOnlySpan<byte> value) => throw NoNames();

    /// <inheritdoc/>
    /// <exception cref="UrmaException">Always: liburma has no names.</exception>
    public override byte[] Lookup(string name, TimeSpan timeout, CancellationToken cancellationToken = default) => throw NoNames();

    internal override Diagnostics.StatisticsPage Statistics { get; } = new();

    internal override bool IsEngineGone(uint uasid) => false;

    internal override void Watch(IActivity activity) => Objects.Watch(activity);

    internal override void Unwatch(IActivity activity) => Objects.Unwatch(activity);

    /// <summary>Remembers who takes messages for a jetty, for as long as the JFR lives: completions can be polled after the jetty is gone.</summary>
    internal void Serve(uint jetty, UbJfr queue) => _receiveQueueOfJetty[jetty] = queue;

    internal UbJfr? FindReceiveQueueOf(uint jetty) => _receiveQueueOfJetty.GetValueOrDefault(jetty);

    internal void Add(UbSendQueue queue)
    {
        _sendQueues[queue.Key] = queue;
        Objects.Watch(queue);
    }

    internal void Remove(UbSendQueue queue)
    {
        Objects.Unwatch(queue);
        lock (_lock)
        {
            _ = _sendQueues.TryRemove(queue.Key, out _);
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

    internal UbSendQueue? FindSendQueue(ulong key) => _sendQueues.GetValueOrDefault(key);

    internal UbJfr? FindReceiveQueue(uint id) => _receiveQueues.GetValueOrDefault(id);

    private protected override void DisposeCore()
    {
        if (!Objects.TryClose())
        {
            return;
        }

        // Queues before the memory they use and what they report to. A queue that waits to be polled is deleted now; a JFR goes after its
        // jetties, hence twice.
        Objects.DisposeChildren(static c => c is Jfs or Jfr);
        UbJfc[] jfcs = Objects.OfType<UbJfc>();
        Array.ForEach(jfcs, static j => j.FinishClosing(force: true));
        Array.ForEach(jfcs, static j => j.FinishClosing(force: true));
        Objects.DisposeChildren(static c => c is not (Jfc or Jfce));
        Objects.DisposeChildren(static c => c is Jfc);
        Objects.DisposeChildren(static _ => true);

        _events.Stop();
        UrmaStatus status = (UrmaStatus)Liburma.urma_delete_context(_native);
        if (status != UrmaStatus.Success)
        {
            System.Diagnostics.Trace.TraceWarning($"urma_delete_context of '{_device.Name}' returned {status}: something below it is still open.");
        }

        Statistics.Close();
        FreeTables();
    }

    private void FreeTables()
    {
        Objects.Dispose();
        LocalSegments.Dispose();
        RemoteSegments.Dispose();
        Targets.Dispose();
    }

    private static uint FirstEidIndex(UbDevice device) => device.GetEids() is [var first, ..]
        ? first.Index
        : throw new UrmaException(UrmaStatus.Failed, $"The device '{device.Name}' has no EID: add one (urma_admin eid add).");

    private static UrmaException NoNames() =>
        new(UrmaStatus.Failed, "liburma has no names on the fabric: exchange descriptors over a socket, a file, or another channel of yours.");
}
